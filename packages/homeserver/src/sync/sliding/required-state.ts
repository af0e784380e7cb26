import type { EventRecord } from '../../engine/event-record.ts';
import type { StateView } from '../../engine/state-view.ts';

/** (type, state key) as clients ask for them; `*` stands for any. */
export type StatePair = readonly [type: string, stateKey: string];

const any = '*';
const member = 'm.room.member';
const lazyPair = [member, '$LAZY'] as const;

/**
 * The state of a room that a client wants (MSC4186, "required_state"). With `$LAZY` a wildcard does not reach members: those come with
 * the events that they sent.
 */
export class RequiredState {
  readonly lazy: boolean;
  /** The same for equal wishes, and short enough to be kept. */
  readonly text: string;
  readonly #keys = new Map<string, Set<string>>();

  /** `pairs` without `$ME`. */
  constructor(pairs: Iterable<StatePair>) {
    let lazy = false;
    for (const [type, key] of pairs) {
      if (key !== lazyPair[1]) this.#add(type, key);
      else if (type === member) lazy = true;
    }
    this.lazy = lazy;
    // Said outright, so that it stays true beside somebody who loads members lazily.
    if (!lazy && this.#keys.get(any)?.has(any) === true) this.#add(member, any);
    this.text = JSON.stringify([...this.pairs()].toSorted(byText));
  }

  static parse(text: string): RequiredState {
    return new RequiredState(JSON.parse(text) as StatePair[]);
  }

  *pairs(): Iterable<StatePair> {
    for (const [type, keys] of this.#keys) for (const key of keys) yield [type, key];
    if (this.lazy) yield lazyPair;
  }

  /** Whether state under this key is wanted whoever sent it. */
  wants(type: string, key: string): boolean {
    const ofType = this.#keys.get(type);
    if (ofType !== undefined && (ofType.has(any) || ofType.has(key))) return true;
    const ofAny = this.#keys.get(any);
    if (ofAny === undefined) return false;
    return ofAny.has(key) || (ofAny.has(any) && !(this.lazy && type === member));
  }

  /** What this asks for beyond an earlier wish; undefined when there is nothing. */
  beyond(earlier: RequiredState): RequiredState | undefined {
    const more = [...this.pairs()].filter(([type, key]) => key !== lazyPair[1] && !earlier.wants(type, key));
    return more.length === 0 ? undefined : new RequiredState(this.lazy ? [...more, lazyPair] : more);
  }

  /** Reads it. Costs what is asked for, and walks a room's members only for who wants them all. */
  async select(state: StateView): Promise<EventRecord[]> {
    const exact: StatePair[] = [];
    let wide = false;
    for (const [type, key] of this.pairs()) {
      if (key === lazyPair[1]) continue;
      if (type === any && key !== any) exact.push([member, key]);
      if (type === any || key === any) wide = true;
      else exact.push([type, key]);
    }
    const found = new Map<number, EventRecord>();
    for (const record of await state.getMany(exact)) if (record) found.set(record.number, record);
    if (wide) {
      const records = this.wants(member, any) ? await state.all() : await state.face();
      for (const record of records) if (this.wants(record.event.type, record.event.stateKey ?? '')) found.set(record.number, record);
    }
    return [...found.values()];
  }

  #add(type: string, key: string): void {
    const keys = this.#keys.get(type);
    if (keys) keys.add(key);
    else this.#keys.set(type, new Set([key]));
  }
}

/** What any of them wants. */
export function union(wishes: readonly RequiredState[]): RequiredState {
  const [only] = wishes;
  return wishes.length === 1 && only ? only : new RequiredState(wishes.flatMap((wish) => [...wish.pairs()]));
}

function byText(left: StatePair, right: StatePair): number {
  const [a, b] = [left.join('\n'), right.join('\n')];
  return a < b ? -1 : a > b ? 1 : 0;
}
