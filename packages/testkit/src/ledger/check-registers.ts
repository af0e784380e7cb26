import type { Books, Register, User } from './books.ts';
import type { ClientLoad } from './client-load.ts';
import { type Door, path } from './door.ts';

export type RegisterChecks = {
  readonly door: Door;
  readonly books: Books;
  readonly clients: readonly { readonly user: User; readonly load: ClientLoad }[];
};

/** Account data, state, receipts and memberships are as acknowledged, or as asked for since. */
export async function checkRegisters(checks: RegisterChecks): Promise<void> {
  const { door, books, clients } = checks;
  const tokenOf = (userId: string): string | undefined => clients.find(({ user }) => user.userId === userId)?.user.token;
  for (const { names, register } of books.registersOf('account-data')) {
    const [userId = '', roomId = ''] = names;
    const where = roomId === '' ? path`/user/${userId}` : path`/user/${userId}/rooms/${roomId}`;
    const { status, body } = await door.call(tokenOf(userId), { method: 'GET', path: `${where}/account_data/test.ledger.value` });
    check(books, `account data of ${names.join(' ')}`, register, status === 200 ? Number(body.value) : 0);
  }
  for (const { names, register } of books.registersOf('state')) {
    const [userId = '', roomId = ''] = names;
    const { status, body } = await door.call(tokenOf(userId), {
      method: 'GET',
      path: path`/rooms/${roomId}/state/test.ledger.value/${userId}`,
    });
    check(books, `state of ${names.join(' ')}`, register, status === 200 ? Number(body.value) : 0);
  }
  for (const client of clients) await checkReceipts(checks, client);
  await checkMemberships(checks);
}

function check(books: Books, what: string, register: Register, value: number): void {
  if (value >= register.acknowledged && value <= register.attempted) {
    // What is there now was read, so it may not go back any more.
    register.acknowledged = value;
    return;
  }
  books.problem('lost', `${what}: ${register.acknowledged} was acknowledged, ${register.attempted} asked for, and it is ${value}`);
}

const receiptsOnly = JSON.stringify({
  room: { timeline: { limit: 1 }, ephemeral: { types: ['m.receipt'] } },
  presence: { not_types: ['*'] },
});

type Receipts = { readonly type: string; readonly content: Record<string, { 'm.read'?: Record<string, unknown> }> };

async function checkReceipts({ door, books }: RegisterChecks, { user, load }: RegisterChecks['clients'][number]): Promise<void> {
  const mine = books.registersOf('receipt').filter(({ names }) => names[0] === user.userId);
  if (mine.length === 0) return;
  const body = await door.ok(user.token, { method: 'GET', path: `/sync?timeout=0&filter=${encodeURIComponent(receiptsOnly)}` });
  for (const { names, register } of mine) {
    const [, roomId = ''] = names;
    const events = (body.rooms?.join?.[roomId]?.ephemeral?.events ?? []) as Receipts[];
    const at = events.flatMap(({ content }) => Object.entries(content)).find(([, kinds]) => kinds['m.read']?.[user.userId] !== undefined);
    check(books, `receipt of ${names.join(' ')}`, register, at === undefined ? 0 : (load.orderOf(roomId, at[0]) ?? -1));
  }
}

async function checkMemberships({ door, books, clients }: RegisterChecks): Promise<void> {
  for (const { user } of clients) {
    const body = await door.ok(user.token, { method: 'GET', path: '/joined_rooms' });
    const joined = new Set(body.joined_rooms as string[]);
    for (const membership of books.memberships.values()) {
      if (membership.user !== user) continue;
      const now = joined.has(membership.roomId) ? 'join' : 'leave';
      if (!membership.possible.has(now))
        books.problem(
          'lost',
          `${user.userId} in ${membership.roomId}: ${[...membership.possible].join()} was acknowledged, and it is ${now}`,
        );
      membership.possible = new Set([now]);
    }
  }
}
