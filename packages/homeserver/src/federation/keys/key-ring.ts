import type { OwnKeys } from '../identity/own-keys.ts';
import type { ServerClient } from '../outbound/server-client.ts';
import type { ServerPolicy } from '../server-policy.ts';
import { askNotary, askServer, type NotaryQuestion, serversPerQuestionMax } from './ask-for-keys.ts';
import type { KeyAnswer } from './key-answer.ts';
import type { KeyOf, WantedKey } from './known-key.ts';
import { knownKeyOf, type StoredKey, type StoredKeys, StoredKeyTable } from './stored-keys.ts';
import type { Cache, CacheBudget, Clock } from '@hearth/kit';
import type { ServerName } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

export type KeyRingDeps = {
  readonly database: Database;
  readonly client: Pick<ServerClient, 'ask'>;
  readonly ownKeys: OwnKeys;
  readonly policy: ServerPolicy;
  /** Servers that are asked about others, in this order. */
  readonly notaries: readonly ServerName[];
  readonly clock: Clock;
  readonly caches: CacheBudget;
};

/** Servers that are asked at once, whoever wants their keys. What comes beyond that gets by with what is known. */
const asksMax = 100;

/** A server is not asked again within this time, and after failures not within one that doubles each time. */
const restMs = 60_000;
const failureRestMsMin = 10_000;
const failureRestMsMax = 60 * 60_000;

type Asked = { readonly failures: number; readonly notBefore: number };

/**
 * The keys of other servers: known ones from the database, and those that are missing or not known to be valid for long enough from the
 * servers themselves, or from notaries where a server does not answer.
 */
export class KeyRing {
  readonly #deps: KeyRingDeps;
  readonly #table: StoredKeyTable;
  readonly #asked: Cache<string, Asked>;
  readonly #underWay = new Map<ServerName, Promise<boolean>>();
  constructor(deps: KeyRingDeps) {
    this.#deps = deps;
    this.#table = new StoredKeyTable(deps.database, deps.caches);
    this.#asked = deps.caches.cache({ name: 'key-questions', sizeOf: () => 100 });
  }

  /** A look-up of these keys; what nobody could tell is not in it. One batch for many events. */
  async keysFor(wanted: readonly WantedKey[]): Promise<KeyOf> {
    const keys = await this.stored(wanted);
    const { ownKeys } = this.#deps;
    return (serverName, keyId) => {
      if (ownKeys.isOurs(serverName)) return ownKeys.known(serverName, keyId);
      const stored = keys.get(serverName)?.get(keyId);
      return stored && knownKeyOf(stored);
    };
  }

  /** Everything that is known of the servers of these keys, after those that lack one were asked. */
  async stored(wanted: readonly WantedKey[]): Promise<ReadonlyMap<string, StoredKeys>> {
    const others = wanted.filter(({ serverName }) => !this.#deps.ownKeys.isOurs(serverName));
    const servers = [...new Set(others.map(({ serverName }) => serverName))];
    const known = await this.#table.of(servers);
    const lacking = lackingOf(others, known);
    if (lacking.size === 0) return known;
    await this.#complete(lacking);
    return this.#table.of(servers);
  }

  /** What servers said of their keys, for whoever asks this server as a notary. */
  answersOf(servers: readonly ServerName[]): Promise<ReadonlyMap<string, ReadonlyMap<number, string>>> {
    return this.#table.answersOf(servers);
  }

  async #complete(lacking: NotaryQuestion): Promise<void> {
    const outcomes = await Promise.all(
      [...lacking.keys()].map(async (serverName) => ({ serverName, answered: await this.#askOnce(serverName) })),
    );
    const silent = outcomes.filter(({ answered }) => answered === false).map(({ serverName }) => serverName);
    if (silent.length > 0) await this.#askNotaries(new Map(silent.map((server) => [server, lacking.get(server) ?? new Map()])));
  }

  /** Whether the server answered; undefined when it was not asked, since it was lately or too many are. */
  #askOnce(serverName: ServerName): Promise<boolean> | undefined {
    const underWay = this.#underWay.get(serverName);
    if (underWay !== undefined) return underWay;
    const { clock, policy } = this.#deps;
    if (!policy.allows(serverName) || this.#underWay.size >= asksMax) return undefined;
    const before = this.#asked.get(serverName);
    if (before !== undefined && before.notBefore > clock.monotonic()) return undefined;
    const asking = this.#askItself(serverName, before?.failures ?? 0).finally(() => this.#underWay.delete(serverName));
    this.#underWay.set(serverName, asking);
    return asking;
  }

  async #askItself(serverName: ServerName, failures: number): Promise<boolean> {
    const answer = await askServer(this.#deps, serverName);
    if (answer !== undefined) await this.#table.learn(answer, 'server');
    const rest = answer !== undefined ? restMs : Math.min(failureRestMsMax, failureRestMsMin * 2 ** failures);
    this.#asked.set(serverName, {
      failures: answer === undefined ? failures + 1 : 0,
      notBefore: this.#deps.clock.monotonic() + rest,
    });
    return answer !== undefined;
  }

  async #askNotaries(wanted: NotaryQuestion): Promise<void> {
    let left = wanted;
    for (const notary of this.#deps.notaries) {
      if (left.size === 0) return;
      const answers = await this.#heardBy(notary, left);
      for (const answer of answers) await this.#table.learn(answer, 'notary');
      left = lackingOf(wantedOf(left), await this.#table.of([...left.keys()]));
    }
  }

  async #heardBy(notary: ServerName, wanted: NotaryQuestion): Promise<readonly KeyAnswer[]> {
    // A notary proves itself by its own word alone.
    await this.#askOnce(notary);
    const keys = (await this.#table.of([notary])).get(notary);
    const now = this.#deps.clock.now();
    const usable = (key: StoredKey | undefined) =>
      key !== undefined && isEnough(key, now) && key.expiredTs === undefined ? key.key : undefined;
    const parts: KeyAnswer[] = [];
    const entries = [...wanted].filter(([server]) => server !== notary);
    for (let start = 0; start < entries.length; start += serversPerQuestionMax) {
      const part = new Map(entries.slice(start, start + serversPerQuestionMax));
      parts.push(...(await askNotary(this.#deps, notary, (keyId) => usable(keys?.get(keyId)), part)));
    }
    return parts;
  }
}

/** Of a key in use it must be known that it was valid then; of one that has ended everything is known. */
function isEnough(key: StoredKey, atTs: number): boolean {
  return key.expiredTs !== undefined || key.validUntilTs >= atTs;
}

function isThere(keys: StoredKeys | undefined, keyId: string | undefined, atTs: number): boolean {
  if (keyId === undefined) return keys?.values().some((key) => key.expiredTs === undefined && isEnough(key, atTs)) === true;
  const key = keys?.get(keyId);
  return key !== undefined && isEnough(key, atTs);
}

function lackingOf(wanted: readonly WantedKey[], known: ReadonlyMap<string, StoredKeys>): NotaryQuestion {
  const lacking = new Map<ServerName, Map<string | undefined, number>>();
  for (const { serverName, keyId, atTs } of wanted) {
    if (isThere(known.get(serverName), keyId, atTs)) continue;
    const ofServer = lacking.get(serverName) ?? new Map<string | undefined, number>();
    lacking.set(serverName, ofServer.set(keyId, Math.max(atTs, ofServer.get(keyId) ?? 0)));
  }
  return lacking;
}

function wantedOf(question: NotaryQuestion): readonly WantedKey[] {
  return [...question].flatMap(([serverName, keys]) => [...keys].map(([keyId, atTs]) => ({ serverName, keyId, atTs })));
}
