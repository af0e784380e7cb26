import type { Call } from './door.ts';

export type User = { readonly userId: string; readonly token: string };

/** A request that makes an event. Its marker stands in the event, so that the event is known again without its id. */
export type Entry = {
  readonly user: User;
  readonly roomId: string;
  readonly marker: string;
  readonly call: Call;
  /** With a transaction id a retry must not make a second event. */
  readonly retriable: boolean;
  /** Of a redaction: which event it takes the content from. */
  readonly redacts?: string;
  /** The cycle in which it was asked for. */
  readonly cycle: number;
  /** Undefined while nobody has acknowledged it. */
  eventId: string | undefined;
};

/** Something with one value at a time, that counts upwards: account data, state, receipts. */
export type Register = { acknowledged: number; attempted: number };

/** What a /sync answer told of a room. */
export type SeenRoom = { readonly eventIds: readonly string[]; readonly limited: boolean };

/** A sync token, and which event of each room its owner had seen last. */
export type Token = { readonly user: User; readonly since: string; readonly lastSeen: ReadonlyMap<string, string>; readonly cycle: number };

/** A /sync answer: from this token on these events came. */
export type Step = { readonly from: Token; readonly rooms: ReadonlyMap<string, SeenRoom> };

/** What should not be: something acknowledged is gone, is there twice, or stands elsewhere; a token does not go on; or another wrong answer. */
export type Problem = { readonly kind: 'lost' | 'doubled' | 'order' | 'token' | 'answer'; readonly text: string };

/** Everything that clients were told, and what they asked for without being told. */
export class Books {
  readonly entries: Entry[] = [];
  readonly #registers = new Map<string, Register>();
  /** For each user and side room what the membership may be: one after an acknowledgement, two while an answer is open. */
  readonly memberships = new Map<string, { readonly user: User; readonly roomId: string; possible: Set<'join' | 'leave'> }>();
  tokens: Token[] = [];
  steps: Step[] = [];
  readonly problems: Problem[] = [];
  readonly answers = { acknowledged: 0, lost: 0, refused: 0 };

  /** The same register for the same names, in any order of asking. */
  register(...names: string[]): Register {
    const key = JSON.stringify(names);
    const register = this.#registers.get(key) ?? { acknowledged: 0, attempted: 0 };
    this.#registers.set(key, register);
    return register;
  }

  /** All registers of one kind: the names behind the kind, and what they hold. */
  registersOf(kind: string): { readonly names: readonly string[]; readonly register: Register }[] {
    return [...this.#registers]
      .map(([key, register]) => ({ names: JSON.parse(key) as string[], register }))
      .filter(({ names }) => names[0] === kind)
      .map(({ names, register }) => ({ names: names.slice(1), register }));
  }

  membership(user: User, roomId: string) {
    const key = `${user.userId} ${roomId}`;
    const known = this.memberships.get(key) ?? { user, roomId, possible: new Set<'join' | 'leave'>(['leave']) };
    this.memberships.set(key, known);
    return known;
  }

  problem(kind: Problem['kind'], text: string): void {
    this.problems.push({ kind, text });
  }
}
