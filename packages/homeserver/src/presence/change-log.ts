/** Changes that are remembered; who asks for what changed before is told everything that there is. */
const changesMax = 50_000;

/** Somebody's presence changed, or, with a room, became known to the members of that room. Positions are ephemeral ones. */
export type Change = { readonly position: number; readonly user: number; readonly room?: number };

/** Whose presence changed lately, in order. */
export class ChangeLog {
  readonly #changes: Change[] = [];
  #forgottenUpTo = 0;

  add(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length <= changesMax) return;
    const forgotten = this.#changes.splice(0, changesMax / 2);
    this.#forgottenUpTo = forgotten.at(-1)?.position ?? this.#forgottenUpTo;
  }

  /** Changes in (since, upTo]; undefined when some of them are forgotten. */
  between(since: number, upTo: number): readonly Change[] | undefined {
    if (since < this.#forgottenUpTo) return undefined;
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle] as Change).position <= since) low = middle + 1;
      else high = middle;
    }
    const after = this.#changes.slice(low);
    return after.filter(({ position }) => position <= upTo);
  }
}
