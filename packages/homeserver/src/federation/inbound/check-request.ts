import { MatrixError } from '../../http/errors.ts';
import type { RequestToVerify, ServerDoor } from '../../http/server-door.ts';
import type { OwnKeys } from '../identity/own-keys.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { ServerPolicy } from '../server-policy.ts';
import { isXMatrix, parseXMatrix, signedRequestText, type XMatrix } from '../x-matrix.ts';
import type { Clock } from '@hearth/kit';
import { isValidSignature } from '@hearth/protocol';

/** Signatures by different keys of one server, each in a header of its own. */
const headersMax = 5;

export type DoorDeps = {
  readonly ownKeys: OwnKeys;
  readonly ring: Pick<KeyRing, 'keysFor'>;
  readonly policy: ServerPolicy;
  readonly clock: Clock;
  /** Which of our domains is meant by those who do not say. */
  readonly domain: string;
};

/** Who of the other servers asks, by the signature on the request (https://spec.matrix.org/v1.19/server-server-api/#request-authentication). */
export function createServerDoor({ ownKeys, ring, policy, clock, domain }: DoorDeps): ServerDoor {
  return {
    claimOf: (headers) => {
      if (headers.length === 0) throw new MatrixError('M_UNAUTHORIZED');
      if (headers.length > headersMax || !headers.every(isXMatrix))
        throw unauthorized('The Authorization header must be of the scheme X-Matrix.');
      const claims = headers.map(parseXMatrix);
      const [first] = claims;
      if (first === undefined || !claims.every((claim) => claim !== undefined)) {
        throw unauthorized(
          'The Authorization header must have origin, destination, key and sig, each once, of the form that they have in Matrix.',
        );
      }
      const { origin, destination } = first;
      if (!claims.every((claim) => claim.origin === origin && claim.destination === destination)) {
        throw unauthorized('The Authorization headers name different servers.');
      }
      if (destination !== undefined && !ownKeys.isOurs(destination)) throw unauthorized(`This server is not ${destination}.`);
      if (ownKeys.isOurs(origin)) throw unauthorized('A request from another server cannot come from this one.');
      if (!policy.allows(origin)) throw new MatrixError('M_FORBIDDEN', 'This server does not deal with yours.');
      return { origin, verify: (request) => verify(claims, destination ?? domain, request) };
    },
  };

  async function verify(claims: readonly XMatrix[], destination: string, request: RequestToVerify): Promise<void> {
    const now = clock.now();
    const keyOf = await ring.keysFor(claims.map(({ origin, keyId }) => ({ serverName: origin, keyId, atTs: now })));
    let valid = 0;
    for (const { origin, keyId, signature } of claims) {
      const known = keyOf(origin, keyId);
      if (known === undefined || !isUsable(known.validity, now)) continue;
      const text = signedRequestText({ ...request, origin, destination });
      if (!isValidSignature(text, signature, known.key)) throw unauthorized(`The signature of ${origin} by ${keyId} is wrong.`);
      valid += 1;
    }
    if (valid === 0) throw unauthorized(`No key of ${claims[0]?.origin} that the request is signed with could be found, or it has ended.`);
  }
}

/** A request is of now: keys that have ended, or whose server has not renewed its word, do not count. */
function isUsable({ validUntilTs, expiredTs }: { readonly validUntilTs?: number; readonly expiredTs?: number }, nowTs: number): boolean {
  return expiredTs === undefined && validUntilTs !== undefined && validUntilTs >= nowTs;
}

function unauthorized(message: string): MatrixError {
  return new MatrixError('M_UNAUTHORIZED', message);
}
