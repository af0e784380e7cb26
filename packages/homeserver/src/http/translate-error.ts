import { MatrixError } from './errors.ts';
import { PasswordsBusy } from '@hearth/kit';
import { StorageUnavailable, WriteRefused } from '@hearth/storage';

/** What clients are told instead of an error that is not theirs; undefined for a mistake of the program. */
export function translateError(error: unknown): MatrixError | undefined {
  if (error instanceof MatrixError) return error;
  if (error instanceof StorageUnavailable || error instanceof PasswordsBusy) return unavailable();
  if (error instanceof WriteRefused && error.why === 'unstorable') {
    return new MatrixError(
      'M_BAD_JSON',
      'A text of this request holds a character that cannot be stored (U+0000 or half of a surrogate pair).',
    );
  }
  if (error instanceof WriteRefused && error.why === 'stale') return unavailable();
  return undefined;
}

/** Something that will pass: the client is told when to come back. */
export function unavailable(message?: string): MatrixError {
  return new MatrixError('M_UNAVAILABLE', message, { extra: { retry_after_ms: 2000 } });
}
