import { MatrixError } from '../http/errors.ts';

/** One refusal for a room that does not exist and for one that somebody has never been in, so that nobody learns which rooms there are (a22). */
export function unknownRoom(): MatrixError {
  return new MatrixError('M_FORBIDDEN', 'You are not in this room, or it does not exist.');
}
