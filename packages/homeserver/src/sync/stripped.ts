import type { StateView } from '../engine/state-view.ts';
import { type JsonObject, strippedState } from '@hearth/protocol';

/** The state that people outside are shown of a room (client-server API, "Stripped state"). */
const strippedTypes = [
  'm.room.create',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.encryption',
] as const;

/** Stripped state for an invitation or a knock: the room's face, and the reader's own member event with its sender's. */
export async function strippedFor(state: StateView, userId: string): Promise<JsonObject[]> {
  const own = await state.get('m.room.member', userId);
  const sender = own === undefined || own.event.sender === userId ? undefined : await state.get('m.room.member', own.event.sender);
  const face = await state.getMany(strippedTypes.map((type) => [type, ''] as const));
  return [...face, sender, own].filter((record) => record !== undefined).map((record) => strippedState(record.event));
}
