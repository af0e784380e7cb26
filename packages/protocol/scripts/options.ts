import { parseArgs } from 'node:util';

export type Options = {
  readonly words: readonly string[];
  readonly json: boolean;
  /** Processes at a time. */
  readonly atOnce: number;
  /** Of so many one, where all would take too long. */
  readonly oneOf: number;
};

export function optionsOf(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      'at-once': { type: 'string', default: '2' },
      'one-of': { type: 'string', default: '1' },
    },
  });
  return {
    words: positionals,
    json: values.json,
    atOnce: Math.max(1, Number(values['at-once'])),
    oneOf: Math.max(1, Number(values['one-of'])),
  };
}
