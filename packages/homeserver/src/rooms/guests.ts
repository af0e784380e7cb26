import type { StateView } from '../engine/state-view.ts';
import { MatrixError } from '../http/errors.ts';
import { readGuests } from './store.ts';
import { historyVisibilityOf } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** Whether a room lets guests in (https://spec.matrix.org/v1.19/client-server-api/#guest-access). */
export async function admitsGuests(state: StateView): Promise<boolean> {
  const setting = await state.get('m.room.guest_access', '');
  return setting?.event.content['guest_access'] === 'can_join';
}

/** 403 M_GUEST_ACCESS_FORBIDDEN; of a room that is closed to everybody guests learn nothing by it: there the auth rules refuse. */
export async function requireAdmitted(state: StateView, guest: string): Promise<void> {
  if (await admitsGuests(state)) return;
  const [rules, history, member] = await state.getMany([
    ['m.room.join_rules', ''],
    ['m.room.history_visibility', ''],
    ['m.room.member', guest],
  ]);
  const isKnown =
    rules?.event.content['join_rule'] === 'public' ||
    member !== undefined ||
    historyVisibilityOf(history?.event.content) === 'world_readable';
  if (isKnown) throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'This room does not let guests in.');
}

/** Numbers of guests of this server who are in a room, after this one. */
export function guestsIn({ reader }: Database, room: number, after: number, limit: number): Promise<number[]> {
  return readGuests(reader, room, after, limit);
}
