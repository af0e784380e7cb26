import type { Books, Entry, User } from './books.ts';
import { type Call, type Door, NoAnswer, path } from './door.ts';
import { type Clock, type Random, sleep } from '@hearth/kit';

export type World = { readonly rooms: readonly string[]; readonly sideRooms: readonly string[] };

export type LoadDeps = {
  readonly books: Books;
  readonly world: World;
  readonly random: Random;
  readonly clock: Clock;
  readonly thinkMsMax: number;
};

/**
 * One client that does something, waits for the answer, and writes down what it was told. What it asks for is in the books before it
 * asks, so that an answer that never comes is known to be open.
 */
export class ClientLoad {
  readonly #deps: LoadDeps;
  readonly #user: User;
  /** Own messages that were acknowledged, by room: what receipts and redactions point at. */
  readonly #own = new Map<string, { readonly eventId: string; readonly order: number }[]>();
  #count = 0;

  constructor(user: User, deps: LoadDeps) {
    this.#user = user;
    this.#deps = deps;
  }

  /** Acts until the signal ends. Bounded by the caller's signal and, should that fail, by `actionsMax`. */
  async run(door: Door, cycle: number, signal: AbortSignal): Promise<void> {
    const { random, clock, thinkMsMax } = this.#deps;
    for (let action = 0; action < actionsMax && !signal.aborted; action++) {
      try {
        await this.#act(door, cycle);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        this.#deps.books.answers.lost += 1;
        // Somebody has ended the server, or is about to say that it is back.
        await sleep(clock, 50, signal);
      }
      await sleep(clock, random.integer(thinkMsMax + 1), signal);
    }
  }

  async #act(door: Door, cycle: number): Promise<void> {
    const dice = this.#deps.random.integer(100);
    const roomId = this.#pick(this.#deps.world.rooms);
    if (dice < 60) return this.#send(door, roomId, cycle);
    if (dice < 70) return this.#setState(door, roomId, cycle);
    if (dice < 75) return this.#redact(door, roomId, cycle);
    if (dice < 82) return this.#setAccountData(door, roomId);
    if (dice < 90) return this.#sendReceipt(door, roomId);
    return this.#changeMembership(door, this.#pick(this.#deps.world.sideRooms));
  }

  async #send(door: Door, roomId: string, cycle: number): Promise<void> {
    const marker = this.#marker();
    const call = put(path`/rooms/${roomId}/send/m.room.message/${marker}`, { msgtype: 'm.text', body: marker });
    const eventId = await this.#make(door, { roomId, marker, call, retriable: true, cycle });
    if (eventId === undefined) return;
    const own = this.#own.get(roomId) ?? [];
    own.push({ eventId, order: this.#count });
    this.#own.set(roomId, own);
  }

  async #redact(door: Door, roomId: string, cycle: number): Promise<void> {
    const target = this.#own.get(roomId)?.at(-1);
    if (target === undefined) return;
    const marker = this.#marker();
    const call = put(path`/rooms/${roomId}/redact/${target.eventId}/${marker}`, { reason: marker });
    await this.#make(door, { roomId, marker, call, retriable: true, redacts: target.eventId, cycle });
  }

  /** State has no transaction id: what was not acknowledged may be there or not, and is not asked for again. */
  async #setState(door: Door, roomId: string, cycle: number): Promise<void> {
    const { books } = this.#deps;
    const register = books.register('state', this.#user.userId, roomId);
    register.attempted = ++this.#count;
    const value = this.#count;
    const call = put(path`/rooms/${roomId}/state/test.ledger.value/${this.#user.userId}`, {
      value,
      marker: `${this.#user.userId}/${value}`,
    });
    const eventId = await this.#make(door, { roomId, marker: `${this.#user.userId}/${value}`, call, retriable: false, cycle });
    if (eventId !== undefined) register.acknowledged = value;
  }

  async #setAccountData(door: Door, roomId: string): Promise<void> {
    const ofRoom = this.#deps.random.integer(2) === 0;
    const register = this.#deps.books.register('account-data', this.#user.userId, ofRoom ? roomId : '');
    const where = ofRoom ? path`/user/${this.#user.userId}/rooms/${roomId}` : path`/user/${this.#user.userId}`;
    register.attempted = ++this.#count;
    const value = this.#count;
    if (await this.#ok(door, put(`${where}/account_data/test.ledger.value`, { value }))) register.acknowledged = value;
  }

  /** Receipts go forward through the user's own messages, so their order is known. */
  async #sendReceipt(door: Door, roomId: string): Promise<void> {
    const target = this.#own.get(roomId)?.at(-1);
    if (target === undefined) return;
    const register = this.#deps.books.register('receipt', this.#user.userId, roomId);
    if (target.order <= register.attempted) return;
    register.attempted = target.order;
    if (await this.#ok(door, post(path`/rooms/${roomId}/receipt/m.read/${target.eventId}`, {}))) register.acknowledged = target.order;
  }

  /** The number of an own message, for the register of receipts. */
  orderOf(roomId: string, eventId: string): number | undefined {
    return this.#own.get(roomId)?.find((own) => own.eventId === eventId)?.order;
  }

  async #changeMembership(door: Door, roomId: string): Promise<void> {
    const membership = this.#deps.books.membership(this.#user, roomId);
    const wish = this.#deps.random.integer(2) === 0 ? 'join' : 'leave';
    // Leaving without being a member is refused, and joining twice says nothing.
    if (membership.possible.size === 1 && membership.possible.has(wish)) return;
    if (membership.possible.size > 1 && wish === 'leave') return;
    membership.possible.add(wish);
    if (await this.#ok(door, post(path`/rooms/${roomId}/${wish}`, {}))) membership.possible = new Set([wish]);
  }

  async #make(door: Door, asked: Omit<Entry, 'user' | 'eventId'>): Promise<string | undefined> {
    const entry: Entry = { ...asked, user: this.#user, eventId: undefined };
    this.#deps.books.entries.push(entry);
    const body = await this.#ok(door, entry.call);
    entry.eventId = body?.event_id;
    return entry.eventId;
  }

  // oxlint-disable-next-line no-explicit-any -- an answer's body
  async #ok(door: Door, call: Call): Promise<any> {
    const { books } = this.#deps;
    const { status, body } = await door.call(this.#user.token, call);
    if (status === 200) {
      books.answers.acknowledged += 1;
      return body;
    }
    books.answers.refused += 1;
    // While its database is away a server may say so, and the request is open as if it had not been answered.
    if (status < 500) books.problem('answer', `${call.method} ${call.path} was refused: ${status} ${JSON.stringify(body)}`);
    return undefined;
  }

  #marker(): string {
    this.#count += 1;
    return `${this.#user.userId}/${this.#count}`;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#deps.random.integer(list.length)] as T;
  }
}

const actionsMax = 100_000;

function put(where: string, body: object): Call {
  return { method: 'PUT', path: where, body };
}

function post(where: string, body: object): Call {
  return { method: 'POST', path: where, body };
}
