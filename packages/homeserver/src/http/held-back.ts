import { MatrixError } from './errors.ts';
import type { Requester, Route } from './route.ts';

/** What somebody with a locked account may still do (https://spec.matrix.org/v1.19/client-server-api/#account-locking). */
const whileLocked: ReadonlySet<string> = new Set(['logout', 'logout_all']);

/**
 * What a suspended person may do besides reading (https://spec.matrix.org/v1.19/client-server-api/#account-suspension): end sessions and the
 * account, leave rooms, take back their own words, and what concerns nobody but themselves and their devices. Whatever is not named here, a new
 * operation too, is refused.
 */
const whileSuspended: ReadonlySet<string> = new Set([
  ...whileLocked,
  'changePassword',
  'deactivateAccount',
  'deleteDevice',
  'deleteDevices',
  'updateDevice',
  'leaveRoom',
  'forgetRoom',
  // Only what they wrote themselves: timeline/send.ts looks.
  'redactEvent',
  'search',
  'slidingSync',
  'searchUserDirectory',
  'queryPublicRooms',
  'defineFilter',
  'setAccountData',
  'setAccountDataPerRoom',
  'deleteAccountData',
  'deleteAccountDataPerRoom',
  'setRoomTag',
  'deleteRoomTag',
  'postReceipt',
  'setReadMarker',
  // Verifying sessions, and reading what is encrypted.
  'queryKeys',
  'claimKeys',
  'uploadKeys',
  'uploadKeysOf2015',
  'uploadCrossSigningKeys',
  'uploadCrossSigningSignatures',
  'sendToDevice',
  'putDehydratedDevice',
  'deleteDehydratedDevice',
  'postDehydratedEvents',
  'postRoomKeysVersion',
  'putRoomKeysVersion',
  'deleteRoomKeysVersion',
  'putRoomKeys',
  'putRoomKeysByRoomId',
  'putRoomKeyBySessionId',
  'deleteRoomKeys',
  'deleteRoomKeysByRoomId',
  'deleteRoomKeyBySessionId',
]);

export function isOpenToLocked({ operation }: Pick<Route, 'operation'>): boolean {
  return whileLocked.has(operation);
}

/** 403 M_USER_SUSPENDED for what a suspended person may not do. */
export function refuseSuspended({ method, operation }: Pick<Route, 'method' | 'operation'>, requester: Requester | undefined): void {
  if (requester?.isSuspended !== true || method === 'GET' || whileSuspended.has(operation)) return;
  throw new MatrixError('M_USER_SUSPENDED');
}
