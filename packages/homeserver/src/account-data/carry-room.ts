import { settled } from '../settled.ts';
import { accountDataNews } from './service.ts';
import { accountDataChangeFrom, readAccountData } from './store.ts';
import { isJsonObject, type JsonObject, jsonObjectFrom, type JsonValue } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

export type CarriedRoom = { readonly number: number; readonly roomId: string };

/** Gives a room the tags of the one that it replaces, and lists it as somebody's direct room where the other one is. */
export async function carryRoomData(database: Database, user: number, from: CarriedRoom, to: CarriedRoom): Promise<void> {
  const tags = await readAccountData(database.reader, user, from.number, 'm.tag');
  if (tags !== undefined) await edit(database, user, to.number, 'm.tag', (present) => (present === undefined ? parsed(tags) : undefined));
  await edit(database, user, 0, 'm.direct', (present) =>
    present === undefined ? undefined : withDirectRoom(present, from.roomId, to.roomId),
  );
}

/** `m.direct` with a room beside another; undefined where nothing is to change. */
function withDirectRoom(direct: JsonObject, from: string, to: string): JsonObject | undefined {
  let changed = false;
  const entries = Object.entries(direct).map(([userId, rooms]): [string, JsonValue] => {
    if (!Array.isArray(rooms) || !rooms.includes(from) || rooms.includes(to)) return [userId, rooms];
    changed = true;
    return [userId, [...(rooms as JsonValue[]), to]];
  });
  return changed ? jsonObjectFrom(entries) : undefined;
}

async function edit(
  database: Database,
  user: number,
  room: number,
  type: string,
  change: (present: JsonObject | undefined) => JsonObject | undefined,
): Promise<void> {
  await settled(async () => {
    const before = await readAccountData(database.reader, user, room, type);
    const content = change(before === undefined ? undefined : parsed(before));
    if (content === undefined) return;
    const statements = [accountDataChangeFrom(user, room, type, before, JSON.stringify(content))];
    await database.write({ claims: [], statements, stream: [accountDataNews(user, room, type)] });
  });
}

function parsed(text: string): JsonObject {
  const value = JSON.parse(text) as JsonValue;
  return isJsonObject(value) ? value : {};
}
