import { MatrixError } from '../http/errors.ts';
import { parseJsonText, parseRoomEventFilter, type RoomEventFilter } from '@hearth/protocol';

/** The filter of a reading request, given as JSON in its query. */
export function parseFilterText(text: string | undefined): RoomEventFilter {
  const json = parseJsonText(text ?? '{}', { numbers: 'any' });
  if (!json.ok) throw new MatrixError(json.kind === 'not-json' ? 'M_NOT_JSON' : 'M_BAD_JSON', `The filter cannot be used: ${json.reason}.`);
  const parsed = parseRoomEventFilter(json.value);
  if (!parsed.ok) throw new MatrixError(parsed.errcode, parsed.error);
  return parsed.filter;
}
