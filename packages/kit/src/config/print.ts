import { stringify } from 'yaml';

import { Secret } from '../secret.ts';
import type { Config } from './load.ts';
import { allSettings, type ConfigSchema, yamlKey } from './section.ts';

/** The settings in effect as a YAML file, each with its origin; secrets are not shown. */
export function printConfig<Schema extends ConfigSchema>(schema: Schema, config: Config<Schema>): string {
  const values = config.values as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  let text = '';
  let section = '';
  for (const { section: sectionName, name, path } of allSettings(schema)) {
    if (sectionName !== section) text += `${section === '' ? '' : '\n'}${yamlKey(sectionName)}:\n`;
    section = sectionName;
    const value = values[sectionName]?.[name];
    const origin = config.sources.get(path) ?? 'default';
    const line = value === undefined ? `# ${yamlKey(name)}:` : `${yamlKey(name)}: ${oneLine(value)}`;
    text += `  ${line}${origin === 'default' ? '' : `  # ${origin}`}\n`;
  }
  return text;
}

/** The same as data, for `config print --json`. */
export function configAsData<Schema extends ConfigSchema>(schema: Schema, config: Config<Schema>): Record<string, Record<string, unknown>> {
  const values = config.values as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const data: Record<string, Record<string, unknown>> = {};
  for (const { section, name } of allSettings(schema)) {
    const value = values[section]?.[name];
    (data[yamlKey(section)] ??= {})[yamlKey(name)] = value instanceof Secret ? value.shown : (value ?? null);
  }
  return data;
}

function oneLine(value: unknown): string {
  if (value instanceof Secret) return stringify(value.shown).trim();
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}
