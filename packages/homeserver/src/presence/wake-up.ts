import type { Notifier } from '../streams/notifier.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import type { Clock, Timer } from '@hearth/kit';

/** Changes are gathered so long before anybody is woken for them. Who is answered for another reason is told at once. */
export const gatherMs = 500;
/** In rooms with more people around than this, who comes and goes is told with other news and wakes nobody. */
const wokenRoomMax = 500;
/** People who change while one gathering lasts; others are told with other news. */
const gatheredMax = 5_000;

export type WakeUpDeps = {
  readonly clock: Clock;
  readonly notifier: Notifier;
  readonly userRooms: UserRooms;
  readonly onError: (error: unknown) => void;
};

/** Wakes those who share a room with somebody whose presence changed: once, whoever else changes in the same half second. */
export class WakeUp {
  readonly #deps: WakeUpDeps;
  readonly #changed = new Set<number>();
  #timer: Timer | undefined;

  constructor(deps: WakeUpDeps) {
    this.#deps = deps;
  }

  readonly add = (user: number): void => {
    // First syncs find people by the rooms that are in mind.
    this.#deps.userRooms.of(user).catch(this.#deps.onError);
    if (this.#changed.size >= gatheredMax) return;
    this.#changed.add(user);
    this.#timer ??= this.#deps.clock.setTimer(gatherMs, () => {
      this.#timer = undefined;
      this.#wake().catch(this.#deps.onError);
    });
  };

  stop(): void {
    this.#timer?.cancel();
  }

  async #wake(): Promise<void> {
    const { userRooms, notifier } = this.#deps;
    const users = [...this.#changed];
    this.#changed.clear();
    const rooms = new Set<number>();
    for (const user of users) {
      for (const [room, { membership }] of await userRooms.of(user)) if (membership === 'join') rooms.add(room);
    }
    notifier.wakeWatchers(
      users,
      [...rooms].filter((room) => userRooms.membersAround(room).size <= wokenRoomMax),
    );
  }
}
