import type { RoomEngine } from './engine.ts';

/** The membership that a member event replaced. A change of the profile is a change of membership too: what counts is what was before. */
export async function membershipBefore(
  { engine }: { readonly engine: RoomEngine },
  room: number,
  event: number,
  userId: string,
): Promise<string> {
  const record = await engine.event(event);
  const state = record?.stateBefore ? await engine.stateAt(room, record.stateBefore) : undefined;
  const before = await state?.get('m.room.member', userId);
  const membership = before?.event.content['membership'];
  return typeof membership === 'string' ? membership : 'leave';
}
