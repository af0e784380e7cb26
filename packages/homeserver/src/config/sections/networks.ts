import { addressSet } from '@hearth/kit';

/** What is wrong with a list of addresses and networks, if anything is. */
export function networks(entries: readonly string[]): string | undefined {
  try {
    addressSet(entries);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
