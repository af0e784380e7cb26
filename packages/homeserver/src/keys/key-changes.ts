import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { parseToken, shortIncarnation } from '../streams/tokens.ts';
import type { KeysDeps } from './deps.ts';
import { type DeviceLists, deviceLists } from './device-lists.ts';

/** GET keys/changes: the same as device_lists of /sync, for a client that missed some of it. */
export class KeyChanges {
  readonly #deps: KeysDeps;

  constructor(deps: KeysDeps) {
    this.#deps = deps;
  }

  /** `to` only says how far the client is: what changed after it is told too. 400 M_INVALID_PARAM for tokens that are not ours. */
  async between(requester: Requester, from: string, to: string): Promise<DeviceLists> {
    const { tail, changes, userRooms } = this.#deps;
    const start = this.#position('from', from);
    this.#position('to', to);
    // The token may be of another node, which is ahead of this one.
    await tail.caughtUp();
    const rooms = await userRooms.of(requester.user);
    const [since, upTo] = [Math.min(start, tail.position), tail.position];
    const now = new Map(rooms);
    const joined = [...now].filter(([, { membership }]) => membership === 'join').map(([room]) => room);
    return deviceLists(this.#deps, {
      user: requester.user,
      userId: requester.userId,
      since,
      upTo,
      userRooms: now,
      changedRooms: [...(await changes.changedRooms(joined, since))],
      ownEntries: (kind) => changes.userEntries(requester.user, kind, since, upTo),
    });
  }

  #position(name: string, text: string): number {
    const token = parseToken(text);
    if (token?.kind !== 'sync' || token.incarnation !== shortIncarnation(this.#deps.database.incarnation))
      throw new MatrixError('M_INVALID_PARAM', `${name} is not a token that /sync of this server gave.`);
    return token.position;
  }
}
