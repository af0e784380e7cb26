import type { Known } from './known.ts';
import { assertLower } from './known.ts';
import { isOlder } from './power-order.ts';
import type { EventFact, Steps } from './request.ts';

/**
 * Sorts events by mainline order. The mainline is the resolved power levels event, the one it cites, the one that cites,
 * and so on. An event stands where its own chain of power levels meets the mainline: events under older power levels
 * come first, those that never meet it before all; then time, then event id.
 *
 * The mainline is followed only as far down as the events' own chains lead.
 */
export function* orderByMainline(known: Known, numbers: readonly number[], powerLevels: number | undefined): Steps<readonly number[]> {
  const facts = numbers.map((number) => known.event(number)).filter((fact) => fact !== undefined);
  yield* known.loadEvents(facts.flatMap((fact) => fact.authEvents));
  const mainline = new Mainline(known, powerLevels);
  const placed: { readonly fact: EventFact; readonly position: number }[] = [];
  for (const fact of facts) {
    yield* known.spend(2);
    const cited = yield* citedPowerLevels(known, fact.number);
    placed.push({ fact, position: yield* mainline.positionOf(cited) });
  }
  placed.sort((a, b) => {
    if (a.position !== b.position) return a.position > b.position ? -1 : 1;
    return isOlder(a.fact, b.fact) ? -1 : 1;
  });
  return placed.map(({ fact }) => fact.number);
}

/** Positions count from the resolved power levels event (0) downwards; `Infinity`: never meets the mainline. */
class Mainline {
  readonly #known: Known;
  readonly #positions = new Map<number, number>();
  #lowest: number | undefined;
  #length = 0;

  constructor(known: Known, top: number | undefined) {
    this.#known = known;
    this.#append(top);
  }

  /** Where the chain of power levels that begins with `start` meets the mainline. Each event of a chain is placed once. */
  *positionOf(start: number | undefined): Steps<number> {
    const chain: number[] = [];
    let position: number | undefined;
    for (let at = start; at !== undefined; at = yield* citedPowerLevels(this.#known, at)) {
      yield* this.#extendTo(at);
      yield* this.#known.spend(1);
      position = this.#positions.get(at);
      if (position !== undefined) break;
      chain.push(at);
    }
    for (const number of chain) this.#positions.set(number, position ?? Infinity);
    return position ?? Infinity;
  }

  /** Follows the mainline until it cannot meet `number` any more: ranks fall along a chain. */
  *#extendTo(number: number): Steps<void> {
    while (this.#lowest !== undefined && this.#known.rankOf(this.#lowest) > this.#known.rankOf(number)) {
      this.#append(yield* citedPowerLevels(this.#known, this.#lowest));
    }
  }

  #append(number: number | undefined): void {
    this.#lowest = number;
    if (number !== undefined) this.#positions.set(number, this.#length++);
  }
}

/** The power levels event among an event's auth events. */
function* citedPowerLevels(known: Known, number: number): Steps<number | undefined> {
  yield* known.loadEvents([number]);
  const cited = known.authEventsOf(number);
  yield* known.loadEvents(cited);
  const levels = cited
    .map((auth) => known.event(auth))
    .find((auth) => auth?.event.type === 'm.room.power_levels' && auth.event.stateKey === '');
  if (levels !== undefined) assertLower(levels, known.event(number) as EventFact);
  return levels?.number;
}
