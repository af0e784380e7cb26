import { readMembership } from '../engine/read-membership.ts';
import type { Requester } from '../http/route.ts';
import type { PreviewsDeps } from './deps.ts';
import type { Preview } from './preview.ts';

/** Whether somebody may look at a room from outside, and what they are in it; `undefined` for people without a token. */
export type Look = { readonly allowed: boolean; readonly membership: string | undefined };

/**
 * Members and the invited may, and everybody who could come in or ask to, or may read the room anyway
 * (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidhierarchy). A ban ends all but the last.
 */
export async function mayLook(deps: PreviewsDeps, preview: Preview, requester: Requester | undefined): Promise<Look> {
  const row = requester && (await readMembership(deps.database.reader, preview.room.number, requester.user));
  const membership = requester && (row?.membership ?? 'leave');
  if (preview.isWorldReadable || membership === 'join') return { allowed: true, membership };
  if (membership === 'ban') return { allowed: false, membership };
  const allowed = membership === 'invite' || isOpen(preview) || (requester !== undefined && (await isAdmitted(deps, preview, requester)));
  return { allowed, membership };
}

/** Everybody may come in, or knock, in a version that knows the rule. */
function isOpen({ joinRule, room: { rules } }: Preview): boolean {
  if (joinRule === 'public') return true;
  return (joinRule === 'knock' && rules.knocking) || (joinRule === 'knock_restricted' && rules.knockRestricted);
}

async function isAdmitted(deps: PreviewsDeps, { joinRule, allow, room }: Preview, requester: Requester): Promise<boolean> {
  return joinRule === 'restricted' && room.rules.restrictedJoin && deps.isInOneOf(allow, requester.user);
}
