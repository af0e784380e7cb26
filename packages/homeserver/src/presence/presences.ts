import type { Requester } from '../http/route.ts';
import type { EphemeralCounter } from '../streams/ephemeral-counter.ts';
import { readMembershipEntry } from '../streams/membership-entry.ts';
import type { FollowedAs } from '../sync/index.ts';
import { type Change, ChangeLog } from './change-log.ts';
import { Devices } from './devices.ts';
import type { Heard, PresenceNews } from './presence-news.ts';
import { isSame, offline, type Presence, type PresenceState, strongest } from './state.ts';
import type { Clock, Timer } from '@hearth/kit';
import { type StreamEntry, streamKinds } from '@hearth/storage';

/** People of whom something is remembered; who went offline longest ago makes room. */
const peopleMax = 100_000;
/** How often a node with people online says that it is there, and how long one that does not say so is believed. */
const aliveEveryMs = 5 * 60_000;
const silentNodeMs = 15 * 60_000;

type Person = {
  readonly user: number;
  readonly userId: string;
  readonly devices: Devices;
  /** What other nodes say of them. */
  readonly elsewhere: Map<string, PresenceState>;
  presence: Presence;
  /** What their devices here came to when other nodes were last told. */
  here: PresenceState;
  timer: { readonly at: number; readonly timer: Timer } | undefined;
};

/** What only their words can change. */
type Said = Pick<Presence, 'statusMsg' | 'isFree'>;

type Device = Pick<Requester, 'user' | 'userId' | 'deviceId'>;

export type Shown = Presence & { readonly userId: string; readonly activeAgoMs: number | undefined };

export type PresencesDeps = {
  readonly clock: Clock;
  readonly counter: EphemeralCounter;
  readonly news: PresenceNews;
  /** Somebody's presence changed: who may see it is to be woken. */
  readonly onChange: (user: number) => void;
};

/**
 * Who is online, in this process's memory: nothing of it is written but what other nodes must hear, and that only when somebody's state
 * changes. Each person has one timer at most, for the next moment at which they become idle or a device of theirs is gone.
 */
export class Presences {
  readonly #deps: PresencesDeps;
  readonly #people = new Map<number, Person>();
  /** Who went offline, longest ago first. */
  readonly #offline = new Set<number>();
  readonly #log = new ChangeLog();
  /** When other nodes last told anything. */
  readonly #nodes = new Map<string, number>();
  #beat: Timer | undefined;

  constructor(deps: PresencesDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#deps.news.say('hello');
    this.#beatAgain();
  }

  async stop(): Promise<void> {
    this.#beat?.cancel();
    for (const { timer } of this.#people.values()) timer?.timer.cancel();
    this.#deps.news.say('gone');
    await this.#deps.news.settled();
  }

  /** A device waits for news; the result says that it has stopped. */
  follow(device: Device, as: FollowedAs): () => void {
    const person = as === 'offline' ? undefined : this.#person(device.user, device.userId);
    if (as === 'offline' || !person) return () => undefined;
    const following = person.devices.follow(device.deviceId, as, this.#now());
    this.#settle(person);
    return () => {
      following.end(this.#now());
      this.#settle(person);
    };
  }

  /** Somebody says how they are. */
  say(device: Device, { state, statusMsg, isFree }: Presence): void {
    const person = this.#person(device.user, device.userId);
    if (!person) return;
    person.devices.say(device.deviceId, state, this.#now());
    this.#settle(person, { statusMsg, isFree });
  }

  /** Somebody does something. */
  active(user: number): void {
    const person = this.#people.get(user);
    if (!person) return;
    person.devices.activeAt = this.#now();
    if (person.presence.state === 'unavailable') this.#settle(person);
  }

  /** Undefined for who has not been seen. */
  of(user: number): Shown | undefined {
    const person = this.#people.get(user);
    return person && { ...person.presence, userId: person.userId, activeAgoMs: this.#activeAgo(person) };
  }

  isPresent(user: number): boolean {
    return this.#people.has(user) && !this.#offline.has(user);
  }

  /** Whose presence changed in (since, upTo]; undefined when that is not known any more. */
  changes(since: number, upTo: number): readonly Change[] | undefined {
    return this.#log.between(since, upTo);
  }

  /** A consumer of the stream: who comes into a room is made known there, and other nodes tell who is online at theirs. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const entry of entries) {
      const heard = this.#deps.news.heard(entry);
      if (heard) this.#heard(heard);
      if (entry.kind !== streamKinds.membership) continue;
      const { user, room, membership } = readMembershipEntry(entry);
      if (membership === 'join' && this.isPresent(user)) this.#log.add({ position: this.#deps.counter.advance(), user, room });
    }
  };

  #heard(heard: Heard): void {
    this.#nodes.set(heard.node, this.#now());
    if (!('word' in heard)) {
      const person = this.#person(heard.user, heard.userId);
      if (!person) return;
      person.elsewhere.set(heard.node, heard.state);
      if (heard.activeAgoMs !== undefined)
        person.devices.activeAt = Math.max(person.devices.activeAt ?? Number.NEGATIVE_INFINITY, this.#now() - heard.activeAgoMs);
      this.#settle(person, heard, 'elsewhere');
    } else if (heard.word === 'hello') {
      for (const person of this.#people.values()) if (person.here !== 'offline') this.#tell(person);
    } else if (heard.word === 'gone') {
      this.#forgetNode(heard.node);
    }
  }

  #forgetNode(node: string): void {
    this.#nodes.delete(node);
    for (const person of this.#people.values()) if (person.elsewhere.delete(node)) this.#settle(person);
  }

  #beatAgain(): void {
    this.#beat = this.#deps.clock.setTimer(aliveEveryMs, () => {
      if (this.#people.size > this.#offline.size) this.#deps.news.say('alive');
      for (const [node, heardAt] of this.#nodes) if (this.#now() - heardAt >= silentNodeMs) this.#forgetNode(node);
      this.#beatAgain();
    });
  }

  /** Looks what somebody's devices come to; tells it if it is news, and comes back when it may change by itself. */
  #settle(person: Person, said: Said = person.presence, origin: 'here' | 'elsewhere' = 'here'): void {
    const now = this.#now();
    const here = person.devices.state(now);
    const state = strongest([here, ...person.elsewhere.values()]);
    const presence = { state, statusMsg: said.statusMsg, isFree: said.isFree };
    const isNews = !isSame(presence, person.presence);
    const isSaidNews = said.statusMsg !== person.presence.statusMsg || said.isFree !== person.presence.isFree;
    const isNewsHere = here !== person.here || (isSaidNews && origin === 'here');
    person.presence = presence;
    person.here = here;
    this.#wakeAt(person, person.devices.nextChange(now));
    if (isNewsHere) this.#tell(person);
    if (!isNews) return;
    this.#offline.delete(person.user);
    if (state === 'offline') this.#offline.add(person.user);
    this.#log.add({ position: this.#deps.counter.advance(), user: person.user });
    this.#deps.onChange(person.user);
  }

  /** A timer that is early does no harm, so it is only set anew when it would be late. */
  #wakeAt(person: Person, at: number | undefined): void {
    if (at === undefined || (person.timer && person.timer.at <= at)) return;
    person.timer?.timer.cancel();
    const timer = this.#deps.clock.setTimer(at - this.#now(), () => {
      person.timer = undefined;
      this.#settle(person);
    });
    person.timer = { at, timer };
  }

  #tell(person: Person): void {
    const { user, userId, presence, here } = person;
    this.#deps.news.tell({ ...presence, state: here, user, userId, activeAgoMs: this.#activeAgo(person) });
  }

  #activeAgo({ devices: { activeAt } }: Person): number | undefined {
    return activeAt === undefined ? undefined : Math.max(0, Math.floor(this.#now() - activeAt));
  }

  #now(): number {
    return this.#deps.clock.monotonic();
  }

  /** Undefined when everybody who is remembered is online and there is no place for one more. */
  #person(user: number, userId: string): Person | undefined {
    const known = this.#people.get(user);
    if (known) return known;
    if (this.#people.size >= peopleMax) {
      const [oldest] = this.#offline;
      if (oldest === undefined) return undefined;
      this.#offline.delete(oldest);
      this.#people.get(oldest)?.timer?.timer.cancel();
      this.#people.delete(oldest);
    }
    const made: Person = {
      user,
      userId,
      devices: new Devices(),
      elsewhere: new Map(),
      presence: offline,
      here: 'offline',
      timer: undefined,
    };
    this.#people.set(user, made);
    this.#offline.add(user);
    return made;
  }
}
