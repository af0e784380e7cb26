import type { JsonObject, JsonValue } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import type { AuthContext, StateEvent } from './context.ts';
import { membershipOf, signedThirdPartyInvite, targetOf } from './context.ts';
import type { Rule } from './rule-list.ts';
import { allowIf, group, otherwiseReject, rejectIf } from './rule-list.ts';

/**
 * An invite to an e-mail address or telephone number becomes an invite to a user: the identity server signs that the
 * token of the room's `m.room.third_party_invite` belongs to this user id.
 */
export const thirdPartyRules: Rule = group('member.invite.third_party', (c) => c.event.content['third_party_invite'] !== undefined, [
  rejectIf('member.invite.third_party.banned', (c) => membershipOf(c, targetOf(c)) === 'ban', 'the invited user is banned'),
  rejectIf(
    'member.invite.third_party.signed',
    (c) => signedThirdPartyInvite(c.event.content) === undefined,
    'the third-party invite has no signed part',
  ),
  rejectIf(
    'member.invite.third_party.fields',
    (c) => typeof signed(c)['mxid'] !== 'string' || typeof signed(c)['token'] !== 'string',
    'the signed part of the third-party invite needs mxid and token',
  ),
  rejectIf('member.invite.third_party.mxid', (c) => signed(c)['mxid'] !== c.event.stateKey, 'the third-party invite is for another user'),
  rejectIf('member.invite.third_party.token', (c) => pendingInvite(c) === undefined, 'the room has no third-party invite with this token'),
  rejectIf(
    'member.invite.third_party.sender',
    (c) => (pendingInvite(c) as StateEvent).sender !== c.event.sender,
    'the third-party invite was sent by somebody else',
  ),
  allowIf('member.invite.third_party.signature', isSignedByPendingInvite),
  otherwiseReject('member.invite.third_party.otherwise', 'no signature of the third-party invite was made with a key that the room names'),
]);

/** An event of 64 KiB has room for a million pairs of signatures and keys; honest invites have one or two. */
const verificationsMax = 256;

function isSignedByPendingInvite(c: AuthContext): boolean {
  const keys = publicKeys((pendingInvite(c) as StateEvent).content);
  let left = verificationsMax;
  for (const signature of ed25519Signatures(signed(c)['signatures'])) {
    for (const key of keys) {
      if (left-- <= 0) return false;
      if (c.signatures.verifySigned(signed(c), key, signature)) return true;
    }
  }
  return false;
}

/** There is one: the second rule refuses an event without it. */
function signed(c: AuthContext): JsonObject {
  return signedThirdPartyInvite(c.event.content) as JsonObject;
}

/** The invite that the token names. The third rule has seen that the token is a string, the fifth that there is an invite. */
function pendingInvite(c: AuthContext): StateEvent | undefined {
  return c.state('m.room.third_party_invite', signed(c)['token'] as string);
}

/** One key in `public_key`, more in `public_keys`. */
function publicKeys(content: JsonObject): readonly string[] {
  const listed = content['public_keys'];
  const entries = Array.isArray(listed) ? listed.map((e: JsonValue) => (isJsonObject(e) ? e['public_key'] : undefined)) : [];
  return [...new Set([content['public_key'], ...entries])].filter((key) => typeof key === 'string');
}

function ed25519Signatures(signatures: JsonValue | undefined): readonly string[] {
  if (!isJsonObject(signatures)) return [];
  return Object.values(signatures)
    .filter(isJsonObject)
    .flatMap((byKey) => Object.entries(byKey))
    .flatMap(([keyId, signature]) => (keyId.startsWith('ed25519:') && typeof signature === 'string' ? [signature] : []));
}
