/** Reads and plays the cases of `vectors/auth`; its README describes the format. */
import { readdirSync, readFileSync } from 'node:fs';

import { authTypesFor } from '../auth/auth-types.ts';
import { authorize, checkAuthEvents } from '../auth/authorize.ts';
import type { CitedEvent, EventToAuthorize, StateEvent } from '../auth/context.ts';
import type { JsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { isSignedWith } from '../signing/verify-signed.ts';
import { pairName } from '../state/known.ts';
import type { Verdict } from '../verdict.ts';

type SketchedEvent = {
  readonly type: string;
  readonly sender: string;
  readonly state_key?: string;
  readonly content: JsonObject;
  readonly event_id?: string;
  readonly room_id?: string;
  readonly redacts?: string;
  readonly prev_events?: readonly string[];
  readonly auth_events?: readonly {
    readonly type: string;
    readonly state_key?: string;
    readonly room_id?: string;
    readonly rejected?: boolean;
  }[];
};

export type AuthCase = {
  readonly file: string;
  readonly for: readonly string[];
  readonly in: string;
  readonly story: string;
  readonly event: SketchedEvent;
  readonly refusedBy?: string;
  readonly state?: readonly SketchedEvent[];
  readonly without?: readonly (readonly [string, string])[];
  readonly only_create?: boolean;
  readonly create_content?: JsonObject;
  readonly room_create?: { readonly rejected?: boolean; readonly type?: string; readonly event_id?: string } | null;
  readonly signed_by?: readonly string[];
};

const folder = new URL('../../vectors/auth/', import.meta.url);

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;
}

const room = read<readonly SketchedEvent[]>('room.json');
const numbers = read<{ readonly [rule: string]: { readonly [range: string]: string } }>('rules.json');

export const authCases: readonly AuthCase[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && name !== 'room.json' && name !== 'rules.json')
  .sort()
  .flatMap((name) => read<AuthCase[]>(name).map((entry) => ({ ...entry, file: name.replace('.json', '') })));

/** The number that the text of a version gives a rule, undefined when the version does not have it. */
export function textNumber(rule: string, rules: RoomVersionRules): string | undefined {
  return Object.entries(numbers[rule] ?? {}).find(([range]) => isInRange(range, rules.version))?.[1];
}

export const ruleIds: readonly string[] = Object.keys(numbers);

export function casesOf(rules: RoomVersionRules): readonly AuthCase[] {
  return authCases.filter((entry) => isInRange(entry.in, rules.version));
}

/** The test of `auth-vectors.test.ts` that plays a case. */
export function testNameOf(entry: AuthCase, rules: RoomVersionRules): string {
  return `EA-13: version ${rules.version}, cases of ${entry.file}`;
}

/** Judges a case as a server does: first by what the event cites, then by the state. */
export function playCase(entry: AuthCase, rules: RoomVersionRules): Verdict {
  const ids = idsOf(rules);
  const event = eventOf(entry.event, rules, ids.room);
  const state = stateOf(entry, rules, ids.create);
  const authEvents = citedBy(entry.event, event, rules, state);
  const verdict = checkAuthEvents(event, rules, { authEvents, roomCreate: roomCreateOf(entry, rules) });
  if (!verdict.allowed) return verdict;
  const signers = entry.signed_by ?? [event.sender.slice(event.sender.indexOf(':') + 1)];
  const signatures = { signedBy: (server: string) => signers.includes(server), verifySigned: isSignedWith };
  const lookup = (type: string, stateKey: string): StateEvent | undefined => state.get(pairName(type, stateKey));
  return authorize(event, rules, event.type === 'm.room.create' ? () => undefined : lookup, signatures);
}

function idsOf(rules: RoomVersionRules): { readonly create: string; readonly room: string } {
  const create = rules.eventIdFormat === 'given' ? '$create:a.example' : '$create';
  return { create, room: rules.roomIdIsCreateHash ? '!create' : '!room:a.example' };
}

function eventOf(sketch: SketchedEvent, rules: RoomVersionRules, roomId: string): EventToAuthorize {
  const prevEvents = (sketch.prev_events ?? ['$previous']).map((id) => (id === '$create' ? idsOf(rules).create : id));
  const hasRoomId = sketch.room_id !== undefined || sketch.type !== 'm.room.create' || !rules.roomIdIsCreateHash;
  const inRoom = sketch.room_id ?? roomId;
  const { room_version: version } = sketch.content;
  return {
    eventId: sketch.event_id ?? '$event:a.example',
    roomId: inRoom,
    type: sketch.type,
    sender: sketch.sender,
    stateKey: sketch.state_key,
    content: version === '$version' ? { ...sketch.content, room_version: rules.version } : sketch.content,
    prevEvents,
    redacts: sketch.redacts,
    pdu: hasRoomId ? { room_id: inRoom } : {},
  };
}

function stateOf(entry: AuthCase, rules: RoomVersionRules, createId: string): ReadonlyMap<string, StateEvent> {
  const creator = rules.creatorIsSender ? {} : { creator: '@creator:a.example' };
  const content = { room_version: rules.version, ...creator, ...entry.create_content };
  const create = { type: 'm.room.create', sender: '@creator:a.example', state_key: '', content, event_id: createId };
  const others = entry.only_create === true ? [] : [...room, ...(entry.state ?? [])];
  const state = new Map<string, StateEvent>();
  for (const sketch of [create, ...others]) {
    const event = eventOf(sketch, rules, idsOf(rules).room);
    state.set(pairName(event.type, event.stateKey ?? ''), event);
  }
  for (const pair of entry.without ?? []) state.delete(pairName(...pair));
  return state;
}

function citedBy(
  sketch: SketchedEvent,
  event: EventToAuthorize,
  rules: RoomVersionRules,
  state: ReadonlyMap<string, StateEvent>,
): readonly CitedEvent[] {
  const roomId = idsOf(rules).room;
  const chosen =
    sketch.auth_events ??
    authTypesFor(event, rules)
      .filter((pair) => state.has(pairName(...pair)))
      .map(([type, stateKey]) => ({ type, state_key: stateKey }));
  return chosen.map((cited: NonNullable<SketchedEvent['auth_events']>[number], i) => ({
    eventId: `$auth${i}`,
    roomId: cited.room_id ?? roomId,
    type: cited.type,
    stateKey: cited.state_key,
    rejected: cited.rejected ?? false,
  }));
}

function roomCreateOf(entry: AuthCase, rules: RoomVersionRules): CitedEvent | undefined {
  if (entry.room_create === null) return undefined;
  const { rejected = false, type = 'm.room.create', event_id: eventId = '$create' } = entry.room_create ?? {};
  return { eventId, roomId: idsOf(rules).room, type, stateKey: '', rejected };
}

function isInRange(range: string, version: string): boolean {
  const [from = '', to = from] = range.split('-');
  return Number(version) >= Number(from) && Number(version) <= Number(to);
}
