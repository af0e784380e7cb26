import type { Requester } from '../http/route.ts';
import { childrenOf } from './children.ts';
import type { PreviewsDeps } from './deps.ts';
import { mayLook } from './may-look.ts';
import { previewOf } from './preview.ts';
import type { JsonObject } from '@hearth/protocol';

/** Rooms that one walk looks at, and that wait for it: what a space holds beyond is not followed. */
const roomsMax = 20_000;
/** Rooms looked at for one page: those that the reader may not see count too. */
const looksMax = 500;
/** Children told in one page; the room with which they are reached is the page's last. */
const childrenPerPageMax = 4_000;

export type WalkOptions = { readonly maxDepth: number; readonly suggestedOnly: boolean };

/** Where a walk through a space stands: what was looked at, and what comes next, the nearest last. */
export type Walk = {
  readonly seen: ReadonlySet<string>;
  readonly ahead: readonly { readonly roomId: string; readonly depth: number }[];
};

export function walkFrom(roomId: string): Walk {
  return { seen: new Set(), ahead: [{ roomId, depth: 0 }] };
}

/** One page of a walk, depth first, each room once however often and in whatever circles the spaces name it. */
export async function walkOn(
  deps: PreviewsDeps,
  requester: Requester,
  walk: Walk,
  { maxDepth, suggestedOnly }: WalkOptions,
  limit: number,
): Promise<{ readonly rooms: readonly JsonObject[]; readonly walk: Walk }> {
  const seen = new Set(walk.seen);
  const ahead = [...walk.ahead];
  const rooms: JsonObject[] = [];
  let childrenTold = 0;
  for (let looks = 0; looks < looksMax && rooms.length < limit && childrenTold < childrenPerPageMax;) {
    const next = ahead.pop();
    if (!next) break;
    if (seen.has(next.roomId)) continue;
    looks += 1;
    seen.add(next.roomId);
    const room = await deps.engine.room(next.roomId);
    if (!room) continue;
    const preview = await previewOf(deps.engine, room);
    if (!(await mayLook(deps, preview, requester)).allowed) continue;
    const isSpace = preview.summary['room_type'] === 'm.space';
    const children = isSpace ? await childrenOf(deps.engine, room, suggestedOnly) : [];
    rooms.push({ ...preview.summary, children_state: children.map((child) => child.shown) });
    childrenTold += children.length;
    if (next.depth >= maxDepth) continue;
    const followed = children.filter(({ roomId }) => !seen.has(roomId)).slice(0, Math.max(0, roomsMax - seen.size - ahead.length));
    ahead.push(...followed.reverse().map(({ roomId }) => ({ roomId, depth: next.depth + 1 })));
  }
  return { rooms, walk: { seen, ahead: ahead.filter(({ roomId }) => !seen.has(roomId)) } };
}
