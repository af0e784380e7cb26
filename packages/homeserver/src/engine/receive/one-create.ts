import { rejected } from './outcome.ts';
import type { RoomStep } from './step.ts';
import { reject } from '@hearth/protocol';

/** A room begins once. Judged by the states that it cites, a second beginning without predecessors would pass. */
export const oneCreate: RoomStep = {
  name: 'one create event',
  check: async ({ event }, { draft }) => {
    if (event.type !== 'm.room.create' || event.stateKey !== '') return undefined;
    const create = await draft.state.get('m.room.create', '');
    return create ? rejected(reject('1', 'the room already has another create event')) : undefined;
  },
};
