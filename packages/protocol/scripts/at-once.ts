/** Does something to each item, so many at a time, and gives the results in the order of the items. */
export async function atOnce<T, R>(count: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const left = items.entries();
  // All workers take from the same iterator.
  const worker = async (): Promise<void> => {
    for (const [at, item] of left) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: count }, worker));
  return results;
}
