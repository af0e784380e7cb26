import { parseArgs } from 'node:util';

export type Options = {
  readonly words: readonly string[];
  readonly json: boolean;
  /** Processes at a time. */
  readonly atOnce: number;
};

export function optionsOf(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, 'at-once': { type: 'string', default: '2' } },
  });
  return { words: positionals, json: values.json, atOnce: Math.max(1, Number(values['at-once'])) };
}
