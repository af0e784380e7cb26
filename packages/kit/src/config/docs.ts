import { expected } from './expected.ts';
import { type ConfigSchema, yamlKey } from './section.ts';
import type { Setting } from './setting.ts';

/** The reference page of all settings in Markdown: one table for each section. */
export function renderConfigDocs(schema: ConfigSchema, introduction: string): string {
  const parts = Object.entries(schema.sections).map(([sectionName, { title, doc, settings }]) => {
    const rows = Object.entries(settings).map(([name, setting]) => row(`${yamlKey(sectionName)}.${yamlKey(name)}`, setting));
    return `## ${title}\n\n${doc}\n\n| key | environment | value | default | meaning |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${introduction.trim()}\n\n${parts.join('\n')}`;
}

function row(path: string, setting: Setting<unknown>): string {
  const variable = setting.env === undefined ? '' : `\`${setting.env}\`${setting.secret ? ` or \`${setting.env}_FILE\`` : ''}`;
  const key = setting.secret ? `\`${path}\` or \`${path}_file\`` : `\`${path}\``;
  return `| ${key} | ${variable} | ${cell(expected(setting.schema))} | ${cell(defaultText(setting))} | ${cell(setting.doc)}${setting.unbuilt === undefined ? '' : notBuilt} |`;
}

const notBuilt = ' *(Not built yet: asking for it stops the start.)*';

function defaultText({ default: value, defaultText: said }: Setting<unknown>): string {
  if (said !== undefined) return said;
  if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)) return 'none';
  if (typeof value === 'boolean') return value ? '`on`' : '`off`';
  return `\`${Array.isArray(value) ? value.join(', ') : JSON.stringify(value).replaceAll('"', '')}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
