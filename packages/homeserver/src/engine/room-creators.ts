import type { StateView } from './state-view.ts';

/** Who created a room: the create event's sender and, from version 12 on, those whom it names beside. Empty without a create event. */
export async function creatorsOf(state: StateView): Promise<string[]> {
  const create = await state.get('m.room.create', '');
  if (!create) return [];
  const more = create.event.content['additional_creators'];
  return [create.event.sender, ...(Array.isArray(more) ? more.filter((user) => typeof user === 'string') : [])];
}
