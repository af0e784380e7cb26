import { readFileSync } from 'node:fs';

import { Check } from 'typebox/value';

import type { Environment } from '../env.ts';
import { expected } from './expected.ts';
import { didYouMean } from './nearest.ts';
import { ConfigError, type ConfigProblem } from './problem.ts';
import { allSettings, type ConfigSchema, type ConfigValues, type Known } from './section.ts';
import { type FileValue, readYaml } from './yaml-file.ts';

export type LoadOptions = {
  readonly env: Environment;
  /** The YAML file; absent: only the environment counts. */
  readonly file?: { readonly name: string; readonly text: string };
  /** Reads the file of a `…_FILE` variable. */
  readonly readSecretFile?: (name: string) => string;
};

/** Where a value came from, for `config print`. */
export type Source = string;

export type Config<Schema extends ConfigSchema> = {
  readonly values: ConfigValues<Schema>;
  /** By path (`server.name`): `default`, `hearth.yaml:3:5` or `HEARTH_SERVER_NAME`. */
  readonly sources: ReadonlyMap<string, Source>;
};

/** Settings from file and environment, checked. Throws a `ConfigError` that names all problems at once. */
export function loadConfig<Schema extends ConfigSchema>(schema: Schema, options: LoadOptions): Config<Schema> {
  const problems: ConfigProblem[] = [];
  const fromFile =
    options.file === undefined ? new Map<string, FileValue>() : readYaml(schema, options.file.name, options.file.text, problems);
  const settings = allSettings(schema);
  checkVariables(schema, settings, options.env, problems);

  const readFile = options.readSecretFile ?? ((name) => readFileSync(name, 'utf8'));
  const values: Record<string, Record<string, unknown>> = {};
  const sources = new Map<string, Source>();
  for (const known of settings) {
    const given = givenValue(known, options.env, fromFile, readFile, problems);
    sources.set(known.path, given?.where ?? 'default');
    (values[known.section] ??= {})[known.name] = finish(known, given, problems);
  }
  if (problems.length === 0) problems.push(...(schema.checkTogether?.(values as never) ?? []));
  if (problems.length > 0) throw new ConfigError(problems);
  return { values: values as ConfigValues<Schema>, sources };
}

/** A variable with the program's prefix that nobody reads is a mistake that would go unnoticed. */
function checkVariables(schema: ConfigSchema, settings: readonly Known[], env: Environment, problems: ConfigProblem[]): void {
  const known = new Set(schema.otherVariables);
  for (const { setting } of settings) {
    if (setting.env === undefined) continue;
    known.add(setting.env);
    if (setting.secret) known.add(`${setting.env}_FILE`);
  }
  for (const name of Object.keys(env)) {
    if (name.startsWith(schema.prefix) && !known.has(name))
      problems.push({ where: name, message: `unknown environment variable.${didYouMean(name, known)}` });
  }
}

/** The environment wins over the file; an empty variable counts as not given. */
function givenValue(
  { path, setting }: Known,
  env: Environment,
  fromFile: ReadonlyMap<string, FileValue>,
  readFile: (name: string) => string,
  problems: ConfigProblem[],
): FileValue | undefined {
  const text = setting.env === undefined ? undefined : env[setting.env];
  const secretFile = setting.env === undefined || !setting.secret ? undefined : env[`${setting.env}_FILE`];
  if (text !== undefined && text !== '' && secretFile !== undefined && secretFile !== '') {
    problems.push({ where: `${setting.env}_FILE`, message: `give either ${setting.env} or ${setting.env}_FILE, not both` });
  } else if (text !== undefined && text !== '') {
    const value = setting.fromText(text);
    if (value !== undefined) return { value, where: setting.env ?? '' };
    problems.push({ where: setting.env ?? '', message: `expected ${expected(setting.schema)}` });
  } else if (secretFile !== undefined && secretFile !== '') {
    return readSecret(secretFile, `${setting.env}_FILE`, readFile, problems);
  }
  const inFile = fromFile.get(path);
  const secretInFile = fromFile.get(`${path}_file`);
  if (inFile !== undefined && secretInFile !== undefined) {
    problems.push({ where: secretInFile.where, message: `give either ${path} or ${path}_file, not both` });
  }
  if (secretInFile === undefined) return inFile;
  if (typeof secretInFile.value === 'string') return readSecret(secretInFile.value, secretInFile.where, readFile, problems);
  problems.push({ where: secretInFile.where, message: `${path}_file: expected the name of a file` });
  return undefined;
}

function readSecret(name: string, where: string, readFile: (name: string) => string, problems: ConfigProblem[]): FileValue | undefined {
  try {
    return { value: readFile(name).replace(/\r?\n$/, ''), where };
  } catch (error) {
    problems.push({ where, message: `cannot read ${name}: ${(error as Error).message}` });
    return undefined;
  }
}

function finish({ path, setting }: Known, given: FileValue | undefined, problems: ConfigProblem[]): unknown {
  if (given === undefined) return setting.finish(setting.default);
  const complain = (message: string): undefined => void problems.push({ where: given.where, message: `${path}: ${message}` });
  if (!Check(setting.schema, given.value)) return complain(`expected ${expected(setting.schema)}`);
  const value = setting.finish(given.value);
  const checked = setting.secret ? given.value : value;
  const complaint = setting.check?.(checked as never);
  if (complaint !== undefined) return complain(complaint);
  if (setting.unbuilt?.(checked as never) === true) return complain('this is not built yet; leave the setting out');
  return value;
}
