import { MatrixError } from './http/errors.ts';
import { WriteRefused } from '@hearth/storage';

/** How often a change may be overtaken by others of the same user before it is given up. */
const attemptsMax = 20;

/** Reads and writes again while somebody else writes in between. */
export async function settled<T>(change: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof WriteRefused && (error.why === 'guard' || error.why === 'duplicate'))) throw error;
    }
  }
  throw new MatrixError('M_UNAVAILABLE', 'This is being changed from elsewhere at the same time. Try again in a moment.');
}
