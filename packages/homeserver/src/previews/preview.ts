import type { RoomEngine } from '../engine/engine.ts';
import type { RoomHead } from '../engine/room-head.ts';
import { historyVisibilityOf, isJsonObject, type JsonObject, jsonObject, type JsonValue } from '@hearth/protocol';

/** The room as it is shown to people who may look at it from outside, and what decides who may. */
export type Preview = {
  readonly room: RoomHead;
  /** As in https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1room_summaryroomidoralias. */
  readonly summary: JsonObject;
  readonly joinRule: string;
  readonly allow: JsonValue | undefined;
  readonly isWorldReadable: boolean;
};

const shownTypes = [
  'm.room.create',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.canonical_alias',
  'm.room.join_rules',
  'm.room.history_visibility',
  'm.room.guest_access',
  'm.room.encryption',
] as const;

/** Rooms of a join rule's `allow` that are told. */
const allowedMax = 100;

export async function previewOf(engine: Pick<RoomEngine, 'currentState'>, room: RoomHead): Promise<Preview> {
  const records = await engine.currentState(room).getMany(shownTypes.map((type) => [type, ''] as const));
  const contents = records.map((record) => record?.event.content ?? {});
  const [create = {}, name = {}, avatar = {}, topic = {}, alias = {}, rules = {}, history = {}, guests = {}, encryption = {}] = contents;
  const joinRule = text(rules['join_rule']) ?? 'invite';
  const isWorldReadable = historyVisibilityOf(history) === 'world_readable';
  const allowed = joinRule === 'restricted' || joinRule === 'knock_restricted' ? roomIdsIn(rules['allow']) : [];
  const summary = jsonObject({
    room_id: room.roomId,
    room_type: text(create['type']),
    room_version: room.rules.version,
    name: text(name['name']),
    avatar_url: text(avatar['url']),
    topic: text(topic['topic']),
    canonical_alias: text(alias['alias']),
    join_rule: joinRule,
    allowed_room_ids: allowed.length === 0 ? undefined : allowed,
    encryption: text(encryption['algorithm']),
    guest_can_join: guests['guest_access'] === 'can_join',
    world_readable: isWorldReadable,
    num_joined_members: room.joinedMembers,
  });
  return { room, summary, joinRule, allow: rules['allow'], isWorldReadable };
}

/** What members wrote there that is no text, or empty, counts as nothing. */
function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function roomIdsIn(allow: JsonValue | undefined): string[] {
  const conditions = Array.isArray(allow) ? (allow as readonly JsonValue[]) : [];
  return conditions
    .filter(isJsonObject)
    .filter(({ type }) => type === 'm.room_membership')
    .map(({ room_id: id }) => id)
    .filter((id) => typeof id === 'string' && id.startsWith('!'))
    .slice(0, allowedMax) as string[];
}
