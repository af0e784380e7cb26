/**
 * Numbers such as `1.0`, `1e3` or `-0` cannot be told from integers once they are parsed. When the legacy mode of the
 * parser meets one, it marks every array and object around it here, so that the format check of a room version that
 * demands canonical JSON can still refuse the event (https://spec.matrix.org/v1.19/rooms/v6/#canonical-json).
 *
 * The mark belongs to the parsed object itself: copies do not carry it. It is only ever set while parsing.
 */
const marked = new WeakSet<object>();

export function markNotCanonical(container: object): void {
  marked.add(container);
}

/** True when some number inside `value` was not written as canonical JSON writes it, though its value may be an integer. */
export function wasNotCanonical(value: unknown): boolean {
  return typeof value === 'object' && value !== null && marked.has(value);
}
