import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { PreviewsDeps } from './deps.ts';
import { mayLook } from './may-look.ts';
import { previewOf } from './preview.ts';
import type { JsonObject } from '@hearth/protocol';

/** GET room_summary/{roomIdOrAlias}. 404 in the same words for what does not exist and for what the requester may not look at. */
export async function roomSummary(deps: PreviewsDeps, requester: Requester | undefined, roomIdOrAlias: string): Promise<JsonObject> {
  const roomId = await idOrNothing(deps, roomIdOrAlias);
  const room = roomId === undefined ? undefined : await deps.engine.room(roomId);
  const preview = room && (await previewOf(deps.engine, room));
  const look = preview && (await mayLook(deps, preview, requester));
  if (!preview || look?.allowed !== true) throw new MatrixError('M_NOT_FOUND', 'There is no such room, or you may not look at it.');
  return look.membership === undefined ? preview.summary : { ...preview.summary, membership: look.membership };
}

async function idOrNothing(deps: PreviewsDeps, roomIdOrAlias: string): Promise<string | undefined> {
  try {
    return await deps.roomIdOf(roomIdOrAlias);
  } catch (error) {
    if (error instanceof MatrixError && error.errcode === 'M_NOT_FOUND') return undefined;
    throw error;
  }
}
