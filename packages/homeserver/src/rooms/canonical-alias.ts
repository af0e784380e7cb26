import type { RoomEngine } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { JsonObject } from '@hearth/protocol';

/** An alias was removed: where somebody did it who may say so in the room, its m.room.canonical_alias does not show it any more. */
export async function dropFromCanonicalAlias(engine: RoomEngine, roomNumber: number, gone: string, requester: Requester): Promise<void> {
  const room = await engine.roomByNumber(roomNumber);
  const shown = room && (await engine.currentState(room).get('m.room.canonical_alias', ''));
  if (!room || !shown) return;
  const content = without(shown.event.content, gone);
  if (content === undefined) return;
  try {
    await engine.submit(room.roomId, { type: 'm.room.canonical_alias', sender: requester.userId, stateKey: '', content });
  } catch (error) {
    // The alias is gone all the same: its creator may remove it without power over the room's state.
    if (!(error instanceof MatrixError)) throw error;
  }
}

/** The content without an alias; undefined when it does not name it. */
function without(content: JsonObject, gone: string): JsonObject | undefined {
  const { alias, alt_aliases: others, ...rest } = content;
  const listed = Array.isArray(others) ? others : [];
  const left = listed.filter((other) => other !== gone);
  if (alias !== gone && left.length === listed.length) return undefined;
  return {
    ...rest,
    ...(alias === undefined || alias === gone ? {} : { alias }),
    ...(left.length === 0 ? {} : { alt_aliases: left }),
  };
}
