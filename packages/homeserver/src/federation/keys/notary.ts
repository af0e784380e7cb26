import type { OwnKeys } from '../identity/own-keys.ts';
import type { KeyRing } from './key-ring.ts';
import type { WantedKey } from './known-key.ts';
import type { StoredKeys } from './stored-keys.ts';
import type { Clock } from '@hearth/kit';
import { isJsonObject, type JsonObject, parseJsonText, type ServerName, signJson } from '@hearth/protocol';

/** Which keys of a server somebody asks for; without ids, whatever it has in use. */
export type NotaryRequest = {
  readonly serverName: ServerName;
  /** Until when each should be known to be valid; now, for those that do not say. */
  readonly keyIds: ReadonlyMap<string, number | undefined>;
  /** The same where there are no ids. */
  readonly atTs?: number;
};

export type Notary = {
  /** What these servers said of their keys, in their own words and with our signature as a witness. Nothing about those who said nothing. */
  answers(requests: readonly NotaryRequest[]): Promise<readonly JsonObject[]>;
};

/** Answers of one server: that of today, and those in which older keys were named last. */
const answersPerServerMax = 5;

/**
 * The notary for others (https://spec.matrix.org/v1.19/server-server-api/#querying-keys-through-another-server). It asks nobody more often
 * than the key ring does, so that strangers cannot make it knock at a door many times.
 */
export function createNotary({ ring, ownKeys, clock, domain }: { ring: KeyRing; ownKeys: OwnKeys; clock: Clock; domain: string }): Notary {
  const witnessed = (answer: JsonObject): JsonObject => signJson(answer, domain, ownKeys.current(domain));
  return {
    answers: async (requests) => {
      const stored = await ring.stored(requests.flatMap((request) => wantedOf(request, clock.now())));
      const words = await ring.answersOf(requests.map(({ serverName }) => serverName));
      return requests.flatMap((request) => {
        if (ownKeys.isOurs(request.serverName)) return [ownKeys.answer(request.serverName)];
        const times = timesFor(request, stored.get(request.serverName) ?? new Map());
        return times.flatMap((time) => {
          const parsed = parseJsonText(words.get(request.serverName)?.get(time) ?? '');
          return parsed.ok && isJsonObject(parsed.value) ? [witnessed(parsed.value)] : [];
        });
      });
    },
  };
}

function wantedOf({ serverName, keyIds, atTs }: NotaryRequest, nowTs: number): readonly WantedKey[] {
  if (keyIds.size === 0) return [{ serverName, keyId: undefined, atTs: atTs ?? nowTs }];
  return [...keyIds].map(([keyId, ofKeyTs]) => ({ serverName, keyId, atTs: ofKeyTs ?? nowTs }));
}

/** Which of a server's answers named these keys, newest first; a server that is gone is still quoted. */
function timesFor({ keyIds }: NotaryRequest, keys: StoredKeys): readonly number[] {
  const chosen = [...keys].filter(([keyId]) => keyIds.size === 0 || keyIds.has(keyId)).map(([, { validUntilTs }]) => validUntilTs);
  return [...new Set(chosen)].sort((a, b) => b - a).slice(0, answersPerServerMax);
}
