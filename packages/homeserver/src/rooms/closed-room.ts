import { MatrixError } from '../http/errors.ts';

/** The same words for a room that does not exist and for one that does not let somebody in (a22). */
export function closedRoom(): MatrixError {
  return new MatrixError('M_FORBIDDEN', 'You are not invited to this room, or it does not exist.');
}
