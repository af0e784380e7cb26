import type { EventRecord } from './event-record.ts';
import type { Interner } from './interner.ts';
import { memberChange } from './member-change.ts';
import { serverCount } from './room-servers.ts';
import type { Soon } from './soon.ts';
import { parseUserId, serverNameOf } from '@hearth/protocol';
import type { Statement, StreamRow } from '@hearth/storage';

/** One key of the current state that another event takes, or that nothing has any more. */
export type CurrentChange = { readonly before: EventRecord | undefined; readonly after: EventRecord | undefined };

export type CurrentStateRows = {
  readonly joined: number;
  readonly invited: number;
  readonly statements: readonly Statement[];
  readonly stream: readonly StreamRow[];
  /** By the number of each changed member event: the user whom it is about. */
  readonly users: ReadonlyMap<number, number>;
};

type Deps = { readonly interner: Interner };

const nothing: CurrentStateRows = { joined: 0, invited: 0, statements: [], stream: [], users: new Map() };

/** What follows from a change of the current state: the tables of memberships, the room's counts, what members are told. */
export function currentStateRows(changes: readonly CurrentChange[], arrived: EventRecord, deps: Deps): Soon<CurrentStateRows> {
  return changes.length === 0 ? nothing : rowsOf(changes, arrived, deps);
}

async function rowsOf(changes: readonly CurrentChange[], arrived: EventRecord, { interner }: Deps): Promise<CurrentStateRows> {
  let joined = 0;
  let invited = 0;
  const statements: Statement[] = [];
  const stream: StreamRow[] = [];
  const users = new Map<number, number>();
  for (const { before, after } of changes) {
    const event = (after ?? before)?.event;
    // Whoever may ban can ban what is no user id; nobody will ever look such a member up.
    const userId = event?.type === 'm.room.member' ? parseUserId(event.stateKey) : undefined;
    if (userId === undefined) continue;
    const user = await interner.internUser(userId);
    const place = { room: arrived.room, user, countable: arrived.countable, arrived: after === arrived };
    const change = memberChange(before, after, place);
    joined += change.joined;
    invited += change.invited;
    statements.push(...change.statements, ...serverCount(arrived.room, serverNameOf(userId), change.joined));
    stream.push(...change.stream);
    users.set((after ?? before)?.number ?? 0, user);
  }
  return { joined, invited, statements, stream, users };
}
