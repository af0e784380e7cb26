import type { RoomEngine } from '../engine/engine.ts';
import type { RoomHead } from '../engine/room-head.ts';
import { type JsonObject, ownString, parseMxcUri } from '@hearth/protocol';

/** What the list of public rooms says of a room, but for its members. */
export type RoomCard = {
  readonly canonical_alias?: string;
  readonly name?: string;
  readonly topic?: string;
  readonly avatar_url?: string;
  readonly join_rule?: string;
  readonly room_type?: string;
  readonly world_readable: boolean;
  readonly guest_can_join: boolean;
  /** Its aliases of this server: for clients of 2015, and for searches. */
  readonly aliases: readonly string[];
};

/** State events that a card is made of; all have an empty state key. */
export const cardTypes = [
  'm.room.create',
  'm.room.canonical_alias',
  'm.room.name',
  'm.room.topic',
  'm.room.avatar',
  'm.room.join_rules',
  'm.room.history_visibility',
  'm.room.guest_access',
] as const;

/** Longest name and topic that a list shows, in UTF-16 units. */
const textLengthMax = 2_000;

export async function cardOf(engine: RoomEngine, room: RoomHead, aliases: readonly string[]): Promise<RoomCard> {
  const events = await engine.currentState(room).getMany(cardTypes.map((type) => [type, ''] as const));
  const [create, alias, name, topic, avatar, joinRules, visibility, guests] = events.map((record) => record?.event.content ?? {});
  const text = (content: JsonObject | undefined, key: string): string | undefined =>
    ownString(content ?? {}, key)?.slice(0, textLengthMax) || undefined;
  const avatarUrl = text(avatar, 'url');
  return {
    ...given('canonical_alias', text(alias, 'alias')),
    ...given('name', text(name, 'name')),
    ...given('topic', text(topic, 'topic')),
    ...given('avatar_url', avatarUrl !== undefined && parseMxcUri(avatarUrl) ? avatarUrl : undefined),
    ...given('join_rule', text(joinRules, 'join_rule')),
    ...given('room_type', text(create, 'type')),
    world_readable: visibility?.['history_visibility'] === 'world_readable',
    guest_can_join: guests?.['guest_access'] === 'can_join',
    aliases,
  };
}

/** Whether anybody may join the room or read it. */
export function isOpen({ join_rule: joinRule, world_readable: readable }: Pick<RoomCard, 'join_rule' | 'world_readable'>): boolean {
  return readable || joinRule === 'public';
}

function given(key: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [key]: value };
}
