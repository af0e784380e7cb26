/** A part of some bytes: where it begins, and how long it is. */
export type Part = { readonly start: number; readonly length: number };

/**
 * The one part that a `Range` header asks for. Undefined: all of it, as for headers that are none, and for several parts at once, which
 * nobody needs to be served. 'none': a part that is not there (416).
 */
export function partOf(range: string | undefined, size: number): Part | 'none' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last));
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  return start >= size ? 'none' : { start, length: end - start + 1 };
}
