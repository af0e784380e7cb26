import { type TSchema, Type } from 'typebox';

import { Secret, withoutPassword } from '../secret.ts';

/**
 * One setting: a key of the YAML file and, mostly, an environment variable. `T` is what the program gets.
 * Made by the functions below; sections (section.ts) group them.
 */
export type Setting<T> = {
  /** The form of the value in the YAML file. */
  readonly schema: TSchema;
  readonly doc: string;
  /** The environment variable that overrides the file. */
  readonly env?: string;
  /** As in the YAML file. Absent: there is no value unless one is given. */
  readonly default?: unknown;
  /** What docs/config.md shows for the default, where the value alone does not say it. */
  readonly defaultText?: string;
  /** May also be read from a file: `…_FILE` in the environment, `…_file` in YAML. */
  readonly secret: boolean;
  /** Turns an environment variable's text into what the YAML file would hold; undefined if it cannot. */
  readonly fromText: (text: string) => unknown;
  /** Turns a valid YAML value into what the program gets. */
  readonly finish: (value: unknown) => T;
  /** Says what is wrong with a value that has the right form. */
  readonly check?: (value: never) => string | undefined;
  /** Says that a value asks for something which is not built yet; the program then refuses to start. */
  readonly unbuilt?: (value: never) => boolean;
};

type Common<Value> = {
  readonly doc: string;
  readonly env?: string;
  readonly defaultText?: string;
  readonly check?: (value: Value) => string | undefined;
  readonly unbuilt?: (value: Value) => boolean;
};
type WithDefault<Value> = Common<Value> & { readonly default: Value };

/** A line of text. */
export function text(options: WithDefault<string>): Setting<string>;
export function text(options: Common<string>): Setting<string | undefined>;
export function text(options: Common<string> & { readonly default?: string }): Setting<string | undefined> {
  return {
    ...options,
    schema: Type.String({ minLength: 1 }),
    secret: false,
    fromText: (value) => value,
    finish: (value) => value as string | undefined,
  };
}

/** One of a few words. */
export function choice<const Word extends string>(words: readonly Word[], options: WithDefault<Word>): Setting<Word> {
  return {
    ...options,
    schema: Type.Union(words.map((word) => Type.Literal(word))),
    secret: false,
    fromText: (value) => value,
    finish: (value) => value as Word,
  };
}

/** A switch: `true` or `false` in the file; `on`, `off`, `true`, `false`, `yes`, `no`, `1`, `0` in the environment. */
export function flag(options: WithDefault<boolean>): Setting<boolean> {
  return {
    ...options,
    schema: Type.Union([Type.Boolean(), Type.Literal('on'), Type.Literal('off')]),
    secret: false,
    fromText: flagFromText,
    finish: (value) => value === true || value === 'on',
  };
}

function flagFromText(value: string): unknown {
  if (['on', 'true', 'yes', '1'].includes(value.toLowerCase())) return true;
  if (['off', 'false', 'no', '0'].includes(value.toLowerCase())) return false;
  return undefined;
}

/** A whole number. */
export function integer(options: WithDefault<number> & { readonly min: number; readonly max: number }): Setting<number> {
  const { min, max, ...rest } = options;
  return {
    ...rest,
    schema: Type.Integer({ minimum: min, maximum: max }),
    secret: false,
    fromText: (value) => (/^-?\d{1,15}$/.test(value) ? Number(value) : undefined),
    finish: (value) => value as number,
  };
}

/** Several texts: a list in the file (or one text), separated by `separator` in the environment. */
export function list(options: WithDefault<readonly string[]> & { readonly separator: string }): Setting<readonly string[]> {
  const { separator, ...rest } = options;
  const item = Type.String({ minLength: 1 });
  const split = (value: string): string[] =>
    value
      .split(separator)
      .map((part) => part.trim())
      .filter((part) => part !== '');
  return {
    ...rest,
    schema: Type.Union([Type.Array(item, { maxItems: 1000 }), item]),
    secret: false,
    fromText: split,
    finish: (value) => (typeof value === 'string' ? split(value) : (value as readonly string[])),
  };
}

/** Things by name, which only the file can say; `check` looks into them. */
export function mapping(options: WithDefault<Readonly<Record<string, unknown>>>): Setting<Readonly<Record<string, unknown>>> {
  return {
    ...options,
    schema: Type.Record(Type.String(), Type.Unknown()),
    secret: false,
    fromText: () => undefined,
    finish: (value) => value as Readonly<Record<string, unknown>>,
  };
}

/** A text that nobody may see; `shown: 'address'` lets `config print` show an address without its password. */
export function secret(options: Common<string> & { readonly shown?: 'address' }): Setting<Secret | undefined> {
  const { shown, ...rest } = options;
  return {
    ...rest,
    schema: Type.String({ minLength: 1 }),
    secret: true,
    fromText: (value) => value,
    finish: (value) =>
      value === undefined ? undefined : new Secret(value as string, shown === 'address' ? withoutPassword(value as string) : undefined),
  };
}
