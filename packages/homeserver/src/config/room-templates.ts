import { didYouMean } from '@hearth/kit';
import { canonicalJsonRefusal, isJsonObject, type JsonObject, type JsonValue } from '@hearth/protocol';

/** A preset of the operator's own for new rooms: what it says goes before what `basedOn` says, and the request's own words before both. */
export type RoomTemplate = {
  readonly basedOn: (typeof presetNames)[number];
  readonly visibility: 'public' | 'private';
  /** Replaces whole keys of the usual power levels. */
  readonly powerLevels: JsonObject;
  readonly state: readonly { readonly type: string; readonly stateKey: string; readonly content: JsonObject }[];
};

const presetNames = ['private_chat', 'trusted_private_chat', 'public_chat'] as const;

const templatesMax = 50;
/** Events of one template. */
const stateMax = 50;
/** Bytes of one event's content; an event holds 65,536 altogether. */
const contentBytesMax = 32_768;

const templateKeys = ['preset', 'visibility', 'power_levels', 'state'];
const eventKeys = ['type', 'state_key', 'content'];
const levelKeys = ['ban', 'events_default', 'invite', 'kick', 'redact', 'state_default', 'users_default'];
const levelTables = ['events', 'notifications'];

/** Events that every new room has of its own. */
const ownEvents: ReadonlyMap<JsonValue | undefined, string> = new Map([
  ['m.room.create', 'is made for each room'],
  ['m.room.member', 'says who is in the room'],
  ['m.room.power_levels', 'stands under power_levels'],
]);

/** What is wrong with the templates of a configuration, first mistake first; undefined if nothing is. */
export function templatesComplaint(given: Readonly<Record<string, unknown>>): string | undefined {
  const names = Object.keys(given);
  if (names.length > templatesMax) return `at most ${templatesMax} templates`;
  for (const name of names) {
    if (!/^[a-z][a-z0-9._-]{0,63}$/.test(name)) {
      return `${JSON.stringify(name)}: a name is up to 64 of a-z, 0-9, ".", "_" and "-", with a letter first`;
    }
    if (presetNames.some((preset) => preset === name)) return `${name}: this is a preset of Matrix; take another name`;
    const complaint = templateComplaint(given[name]);
    if (complaint !== undefined) return `${name}${complaint}`;
  }
  return undefined;
}

/** Templates by name, of a configuration about which there is no complaint. */
export function roomTemplates(given: Readonly<Record<string, unknown>>): ReadonlyMap<string, RoomTemplate> {
  return new Map(Object.entries(given).map(([name, template]) => [name, read(template as Given)]));
}

/** A template as it stands in the file. */
type Given = {
  readonly preset?: RoomTemplate['basedOn'];
  readonly visibility?: RoomTemplate['visibility'];
  readonly power_levels?: JsonObject;
  readonly state?: readonly { readonly type: string; readonly state_key?: string; readonly content: JsonObject }[];
};

function read({ preset, visibility = 'private', power_levels: powerLevels = {}, state = [] }: Given): RoomTemplate {
  return {
    basedOn: preset ?? (visibility === 'public' ? 'public_chat' : 'private_chat'),
    visibility,
    powerLevels,
    state: state.map(({ type, state_key: stateKey = '', content }) => ({ type, stateKey, content })),
  };
}

function templateComplaint(template: unknown): string | undefined {
  if (!isJsonObject(template)) return `: expected a mapping with any of ${templateKeys.join(', ')}`;
  const { preset, visibility, power_levels: levels, state } = template;
  const unknown = unknownKey(template, templateKeys);
  if (unknown !== undefined) return unknown;
  if (preset !== undefined && !presetNames.some((name) => name === preset)) return `.preset: expected one of ${presetNames.join(', ')}`;
  if (visibility !== undefined && visibility !== 'public' && visibility !== 'private') return '.visibility: expected "public" or "private"';
  return (levels === undefined ? undefined : levelsComplaint(levels)) ?? (state === undefined ? undefined : stateComplaint(state));
}

function levelsComplaint(levels: JsonValue): string | undefined {
  const at = '.power_levels';
  if (!isJsonObject(levels)) return `${at}: expected a mapping`;
  // Who has which level is the room's to say: a list here would leave its creator without any.
  if (Object.hasOwn(levels, 'users')) return `${at}.users: people cannot be part of a template`;
  const unknown = unknownKey(levels, [...levelKeys, ...levelTables]);
  if (unknown !== undefined) return `${at}${unknown}`;
  for (const [key, value] of Object.entries(levels)) {
    if (!levelTables.includes(key)) {
      if (!Number.isSafeInteger(value)) return `${at}.${key}: expected a whole number`;
      continue;
    }
    if (!isJsonObject(value)) return `${at}.${key}: expected a mapping`;
    for (const [inner, level] of Object.entries(value)) {
      if (!Number.isSafeInteger(level)) return `${at}.${key}.${inner}: expected a whole number`;
    }
  }
  return undefined;
}

function stateComplaint(state: JsonValue): string | undefined {
  if (!Array.isArray(state) || state.length > stateMax) return `.state: expected a list of at most ${stateMax} events`;
  const seen = new Set<string>();
  for (const [index, event] of state.entries()) {
    const complaint = eventComplaint(event, seen);
    if (complaint !== undefined) return `.state[${index}]${complaint}`;
  }
  return undefined;
}

function eventComplaint(event: JsonValue, seen: Set<string>): string | undefined {
  if (!isJsonObject(event)) return ': expected a mapping with type, content and perhaps state_key';
  const { type, state_key: stateKey = '', content } = event;
  const unknown = unknownKey(event, eventKeys);
  if (unknown !== undefined) return unknown;
  if (typeof type !== 'string' || type === '' || Buffer.byteLength(type) > 255) return '.type: expected a text of 1 to 255 bytes';
  if (typeof stateKey !== 'string' || Buffer.byteLength(stateKey) > 255) return '.state_key: expected a text of at most 255 bytes';
  const own = ownEvents.get(type);
  if (own !== undefined) return `.type: ${type} ${own}`;
  if (!isJsonObject(content)) return '.content: expected a mapping';
  const refusal = canonicalJsonRefusal(content);
  if (refusal !== undefined) return `.content: ${refusal}`;
  if (Buffer.byteLength(JSON.stringify(content)) > contentBytesMax) return `.content: at most ${contentBytesMax} bytes`;
  const key = JSON.stringify([type, stateKey]);
  if (seen.has(key)) return `: there is another ${type} with this state key`;
  seen.add(key);
  return undefined;
}

function unknownKey(mapping: JsonObject, known: readonly string[]): string | undefined {
  const key = Object.keys(mapping).find((name) => !known.includes(name));
  return key === undefined ? undefined : `: unknown key ${key}.${didYouMean(key, known)}`;
}
