import type { RoomEngine } from '../engine/engine.ts';
import type { RoomHead } from '../engine/room-head.ts';
import { isJsonObject, type JsonObject, parseRoomId, type PduEvent, strippedStateWithTime } from '@hearth/protocol';

/** Children of one space that are told and followed: the first in the space's order. */
export const childrenMax = 2_000;
/** Longest `order` that counts. */
const orderLengthMax = 50;

export type Child = { readonly roomId: string; readonly shown: JsonObject };

/** A space's children in their order (https://spec.matrix.org/v1.19/client-server-api/#ordering-of-children-within-a-space). */
export async function childrenOf(engine: Pick<RoomEngine, 'currentState'>, room: RoomHead, suggestedOnly: boolean): Promise<Child[]> {
  const face = await engine.currentState(room).face();
  return face
    .map(({ event }) => event)
    .filter((event) => isChild(event) && (!suggestedOnly || event.content['suggested'] === true))
    .sort(byOrder)
    .slice(0, childrenMax)
    .map((event) => ({ roomId: event.stateKey ?? '', shown: strippedStateWithTime(event) }));
}

/** Without servers to ask it is no child: that is how children are taken out again. */
function isChild({ type, stateKey, content }: PduEvent): boolean {
  if (type !== 'm.space.child' || stateKey === undefined || !parseRoomId(stateKey)) return false;
  const via = isJsonObject(content) ? content['via'] : undefined;
  return Array.isArray(via) && via.length > 0;
}

/** Those with an order first, by it; then by age; then by id. */
function byOrder(a: PduEvent, b: PduEvent): number {
  const [first, second] = [orderOf(a), orderOf(b)];
  if (first !== undefined && second !== undefined && first !== second) return first < second ? -1 : 1;
  if ((first === undefined) !== (second === undefined)) return first === undefined ? 1 : -1;
  return a.originServerTs - b.originServerTs || ((a.stateKey ?? '') < (b.stateKey ?? '') ? -1 : 1);
}

function orderOf({ content }: PduEvent): string | undefined {
  const { order } = content;
  return typeof order === 'string' && order.length <= orderLengthMax && /^[\u0020-\u007E]*$/.test(order) ? order : undefined;
}
