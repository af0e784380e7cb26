import type { Intent } from '../../engine/engine.ts';
import type { RoomHead } from '../../engine/room-head.ts';
import { MatrixError } from '../../http/errors.ts';
import { jobDropped } from '../../jobs/enqueue.ts';
import type { RoomsDeps } from '../deps.ts';
import { aliasesMove } from '../store.ts';
import { closedPowerLevels } from './upgraded-power-levels.ts';

/** A new room that is there already, and the old one that it is to replace. */
export type Replacement = {
  readonly oldRoom: string;
  readonly newRoom: string;
  readonly upgrader: string;
  /** The tombstone that the old room had when the upgrade began. */
  readonly tombstone: string | null;
  /** The job that would do this too. */
  readonly job: number;
};

/**
 * The second half of an upgrade: the tombstone, and in the same commit aliases and listing go to the new room. May be repeated. 403
 * M_FORBIDDEN when the upgrader may not (any more), or when somebody else has replaced the room meanwhile.
 */
async function closeOldRoom(deps: RoomsDeps, { oldRoom, newRoom, upgrader, tombstone, job }: Replacement): Promise<void> {
  const { engine } = deps;
  const [from, to] = [await engine.room(oldRoom), await engine.room(newRoom)];
  if (!from || !to) throw new MatrixError('M_NOT_FOUND', 'One of the rooms is not here any more.');
  const listing = await deps.moveListing(from.number, to.number);
  await engine.submit(oldRoom, {
    type: 'm.room.tombstone',
    sender: upgrader,
    stateKey: '',
    content: { body: 'This room has been replaced.', replacement_room: newRoom },
    precondition: async (state) => {
      const present = await state.get('m.room.tombstone', '');
      const isOurs = present?.event.content['replacement_room'] === newRoom;
      if (!isOurs && (present?.event.eventId ?? null) !== tombstone) {
        throw new MatrixError('M_FORBIDDEN', 'Somebody else has upgraded this room at the same time.');
      }
    },
    also: { statements: [aliasesMove(from.number, to.number), ...listing.statements, jobDropped(job)], stream: listing.stream },
  });
  await ifAllowed(deps, from, upgrader, 'm.room.canonical_alias', (content) => (Object.keys(content).length === 0 ? undefined : {}));
  await ifAllowed(deps, from, upgrader, 'm.room.power_levels', closedPowerLevels);
}

/** Changes state that is there, where the rules let the upgrader; the upgrade does not depend on it. */
async function ifAllowed(
  { engine }: RoomsDeps,
  room: RoomHead,
  sender: string,
  type: string,
  change: (content: Intent['content']) => Intent['content'] | undefined,
): Promise<void> {
  const head = (await engine.roomByNumber(room.number)) ?? room;
  const present = await engine.currentState(head).get(type, '');
  const content = present && change(present.event.content);
  if (content === undefined) return;
  try {
    await engine.submit(room.roomId, { type, sender, stateKey: '', content });
  } catch (error) {
    if (!(error instanceof MatrixError && error.errcode === 'M_FORBIDDEN')) throw error;
  }
}

/** The same; if the old room does not let itself be closed, nobody needs the new one, and the upgrader leaves it. */
export async function closeOrGiveUp(deps: RoomsDeps, replacement: Replacement): Promise<void> {
  try {
    await closeOldRoom(deps, replacement);
  } catch (error) {
    if (error instanceof MatrixError && error.status < 500) {
      const { newRoom, upgrader, job } = replacement;
      const also = { statements: [jobDropped(job)], stream: [] };
      const leave = { type: 'm.room.member', sender: upgrader, stateKey: upgrader, content: { membership: 'leave' }, also };
      await deps.engine.submit(newRoom, leave);
    }
    throw error;
  }
}
