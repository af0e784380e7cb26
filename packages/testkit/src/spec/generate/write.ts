import type { Json } from '../types.ts';

/**
 * Compact JSON whose text depends on nothing but the data: keys sorted, and the members of the two
 * outermost levels on lines of their own so that a difference between two versions can be read.
 */
export function dataFile(value: object): string {
  return `${onLines(value as Json, 2)}\n`;
}

function onLines(value: Json, levels: number): string {
  if (levels === 0 || typeof value !== 'object' || value === null) return JSON.stringify(sorted(value));
  if (Array.isArray(value)) return `[\n${value.map((each) => onLines(each, 0)).join(',\n')}\n]`;
  const members = Object.entries(value).sort(byKey);
  const texts = members.map(([key, member]) => `${JSON.stringify(key)}:${onLines(member, levels - 1)}`);
  return `{\n${texts.join(',\n')}\n}`;
}

function sorted(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = Object.entries(value).sort(byKey);
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}

/** By UTF-16 code units, so that no locale has a say. */
function byKey([a]: [string, Json], [b]: [string, Json]): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
