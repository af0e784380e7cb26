import type { RoomEngine } from '../../engine/engine.ts';
import type { EventRecord } from '../../engine/event-record.ts';
import type { RoomHead } from '../../engine/room-head.ts';
import { readBanned } from '../store.ts';
import type { JsonObject } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** State that makes the room what it is (https://spec.matrix.org/v1.19/client-server-api/#room-upgrades); power levels go apart. */
const carriedTypes = [
  'm.room.server_acl',
  'm.room.encryption',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.guest_access',
  'm.room.history_visibility',
  'm.room.join_rules',
  'm.room.canonical_alias',
] as const;
/** Children of a space that are carried. */
const childrenMax = 2_000;
/** Bans that are carried. */
const bansMax = 2_000;

export type CarriedState = { readonly type: string; readonly stateKey: string; readonly content: JsonObject };

/** The state that a new version of a room begins with: what it is, what it holds if it is a space, and who is banned from it. */
export async function carriedState(
  deps: { readonly engine: RoomEngine; readonly database: Database },
  room: RoomHead,
): Promise<CarriedState[]> {
  const state = deps.engine.currentState(room);
  const face = await state.getMany([...carriedTypes, 'm.room.create'].map((type) => [type, ''] as const));
  const isSpace = face.pop()?.event.content['type'] === 'm.space';
  const children = isSpace ? (await state.face()).filter(isChild).slice(0, childrenMax) : [];
  const bans = await deps.engine.events(await readBanned(deps.database.reader, room.number, bansMax));
  return [
    ...[...face, ...children].filter((record) => record !== undefined).map(carried),
    ...bans.filter((record) => record !== undefined).map(carriedBan),
  ];
}

function isChild({ event }: EventRecord): boolean {
  const via = event.content['via'];
  return event.type === 'm.space.child' && Array.isArray(via) && via.length > 0;
}

function carried({ event }: EventRecord): CarriedState {
  return { type: event.type, stateKey: event.stateKey ?? '', content: event.content };
}

function carriedBan({ event }: EventRecord): CarriedState {
  const { reason } = event.content;
  const content = { membership: 'ban', ...(typeof reason === 'string' ? { reason } : {}) };
  return { type: 'm.room.member', stateKey: event.stateKey ?? '', content };
}
