import type { RoomVersionRules } from '../room-versions/rules.ts';

/** How long a server says that one of its keys may be believed. */
export type KeyValidity = {
  /** `valid_until_ts` of the key response, for keys in use. Milliseconds. */
  readonly validUntilTs?: number;
  /** `expired_ts`, for keys that are in use no more. Milliseconds. */
  readonly expiredTs?: number;
};

/** A key response counts for at most a week, so that a stolen key can be withdrawn (https://spec.matrix.org/v1.19/rooms/v5/#signing-key-validity-period). */
export const keyValidityMsMax = 7 * 24 * 60 * 60 * 1000;

/**
 * Whether a signature of an event counts, by the validity of its key at the event's `origin_server_ts`.
 *
 * A key that is known to have ended before the event never counts. From room version 5 on the key must also have been
 * valid at that time by the lesser of its `valid_until_ts` and a week after `now`. A key that says nothing about its
 * validity counts only where the version does not ask.
 */
export function isKeyValidAt(validity: KeyValidity, originServerTs: number, rules: RoomVersionRules, now: number): boolean {
  if (validity.expiredTs !== undefined) return originServerTs <= validity.expiredTs;
  if (!rules.enforceKeyValidity) return true;
  if (validity.validUntilTs === undefined) return false;
  return originServerTs <= Math.min(validity.validUntilTs, now + keyValidityMsMax);
}
