import { isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';

import { didYouMean } from './nearest.ts';
import type { ConfigProblem } from './problem.ts';
import { allSettings, type ConfigSchema, yamlKey } from './section.ts';

/** A value that a file gives, and where it stands. */
export type FileValue = { readonly value: unknown; readonly where: string };

/** Greatest size of a configuration file in characters. */
const fileLengthMax = 1024 * 1024;

/**
 * Reads the text of a YAML file (1.2, no aliases, no custom tags, no key twice) as values by path: `registration.mode`.
 * Secrets may also stand as `registration.shared_secret_file`. Unknown keys are problems.
 */
export function readYaml(
  schema: ConfigSchema,
  fileName: string,
  source: string,
  problems: ConfigProblem[],
): ReadonlyMap<string, FileValue> {
  const values = new Map<string, FileValue>();
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${fileName}:${line}:${col}`;
  };
  if (source.length > fileLengthMax) {
    problems.push({ where: fileName, message: `the file is longer than ${fileLengthMax} characters` });
    return values;
  }
  const document = parseDocument(source, { lineCounter: lines, version: '1.2', schema: 'core', prettyErrors: false });
  for (const { pos, message } of [...document.errors, ...document.warnings]) problems.push({ where: at(pos[0]), message });
  if (problems.length > 0 || document.contents === null) return values;

  const paths = new Set(allSettings(schema).flatMap(({ path, setting }) => (setting.secret ? [path, `${path}_file`] : [path])));
  const sections = Object.keys(schema.sections).map(yamlKey);
  for (const top of entries(document.contents, at, 'the file', problems)) {
    if (!sections.includes(top.key)) {
      problems.push({ where: top.where, message: `unknown key ${top.key}.${hint(top.key, sections, paths)}` });
      continue;
    }
    // A section with nothing under it is what is left when all its lines are comments.
    if (isScalar(top.node) && top.node.value === null) continue;
    for (const entry of entries(top.node, at, top.key, problems)) {
      const path = `${top.key}.${entry.key}`;
      if (!paths.has(path)) {
        const siblings = [...paths].filter((known) => known.startsWith(`${top.key}.`)).map((known) => known.slice(top.key.length + 1));
        problems.push({ where: entry.where, message: `unknown key ${path}.${hint(entry.key, siblings, paths)}` });
      } else if (!isScalar(entry.node) || entry.node.value !== null) {
        const value = plain(document, entry.node);
        if (value === undefined) problems.push({ where: entry.valueWhere, message: `${path}: aliases are not supported here` });
        else values.set(path, { value, where: entry.valueWhere });
      }
    }
  }
  return values;
}

/** The nearest name at this place, else the place where the name is known (`mode` belongs to `registration`). */
function hint(key: string, here: readonly string[], paths: ReadonlySet<string>): string {
  const elsewhere = [...paths].find((path) => path.endsWith(`.${key}`));
  return elsewhere === undefined ? didYouMean(key, here) : ` Did you mean ${elsewhere}?`;
}

type Entry = { readonly key: string; readonly where: string; readonly node: Node | null; readonly valueWhere: string };

function entries(node: Node | null, at: (offset: number) => string, name: string, problems: ConfigProblem[]): readonly Entry[] {
  if (!isMap(node)) {
    problems.push({ where: at(node?.range?.[0] ?? 0), message: `${name}: expected a mapping (lines of "key: value")` });
    return [];
  }
  return node.items.map((pair) => {
    const key = pair.key as Node | null;
    const value = pair.value as Node | null;
    const where = at(key?.range?.[0] ?? 0);
    return {
      key: isScalar(key) ? String(key.value) : '?',
      where,
      node: value,
      valueWhere: value?.range == null ? where : at(value.range[0]),
    };
  });
}

/** Aliases are refused (undefined): ten lines of them can stand for billions of items. */
function plain(document: ReturnType<typeof parseDocument>, node: Node | null): unknown {
  let aliases = false;
  if (node !== null) visit(node, { Alias: () => void (aliases = true) });
  if (aliases) return undefined;
  return node === null ? null : (node.toJS(document) as unknown);
}
