import type { ConfigProblem } from './problem.ts';
import type { Setting } from './setting.ts';

/** Settings that belong together: one key of the YAML file with a mapping below it. */
export type Section<Settings extends Readonly<Record<string, Setting<unknown>>> = Readonly<Record<string, Setting<unknown>>>> = {
  readonly title: string;
  readonly doc: string;
  /** By the name the program uses (`sharedSecret`); the YAML key is the same with underscores (`shared_secret`). */
  readonly settings: Settings;
};

/** What a program understands: its sections by name. */
export type ConfigSchema = {
  /** How all of its environment variables begin: those and no others must be known. */
  readonly prefix: string;
  /** Variables that begin so and are read elsewhere, such as the one that names the file. */
  readonly otherVariables?: readonly string[];
  readonly sections: Readonly<Record<string, Section>>;
  /** What several settings together have to fulfil; asked when each of them is right. */
  readonly checkTogether?: (values: never) => readonly ConfigProblem[];
};

export type SectionValues<S> =
  S extends Section<infer Settings> ? { readonly [name in keyof Settings]: Settings[name] extends Setting<infer T> ? T : never } : never;
export type ConfigValues<Schema extends ConfigSchema> = {
  readonly [name in keyof Schema['sections']]: SectionValues<Schema['sections'][name]>;
};

/** Declares a section so that the types of its values follow. */
export function section<const Settings extends Readonly<Record<string, Setting<unknown>>>>(declared: Section<Settings>): Section<Settings> {
  return declared;
}

/** The YAML key of a name: `sharedSecret` is `shared_secret`. */
export function yamlKey(name: string): string {
  return name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

export type Known = { readonly section: string; readonly name: string; readonly setting: Setting<unknown>; readonly path: string };

/** All settings with their YAML paths (`registration.shared_secret`). */
export function allSettings(schema: ConfigSchema): readonly Known[] {
  return Object.entries(schema.sections).flatMap(([sectionName, { settings }]) =>
    Object.entries(settings).map(([name, setting]) => ({
      section: sectionName,
      name,
      setting,
      path: `${yamlKey(sectionName)}.${yamlKey(name)}`,
    })),
  );
}
