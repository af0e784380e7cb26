/** What an answer of /sync carries whether or not there is anything new. */
const inEachAnswer: ReadonlySet<string> = new Set([
  'next_batch',
  'device_one_time_keys_count',
  'device_unused_fallback_key_types',
  'org.matrix.msc2732.device_unused_fallback_key_types',
]);

/** The parts of a /sync answer that are there because something is new. */
export function newsOf(body: object): string[] {
  return Object.keys(body).filter((key) => !inEachAnswer.has(key));
}
