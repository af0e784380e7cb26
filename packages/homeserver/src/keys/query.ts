import type { PreparedJson, Requester } from '../http/route.ts';
import { readCrossSigningKeysFor, readSignaturesFor, type SignatureRow, type Usage, usages } from './cross-signing-store.ts';
import type { KeysDeps } from './deps.ts';
import { readKeysOfUsers } from './store.ts';
import { usersByServer } from './users-by-server.ts';

/** Which devices of whom; an empty list stands for all of them. */
export type KeyQuery = Readonly<Record<string, readonly string[]>>;

const section: Readonly<Record<Usage, string>> = {
  master: 'master_keys',
  self_signing: 'self_signing_keys',
  user_signing: 'user_signing_keys',
};

/**
 * POST keys/query: the keys of users' devices, and of users. Three statements, however many users; keys are stored as text and are put
 * together as text.
 */
export class KeyQueries {
  readonly #deps: Pick<KeysDeps, 'database' | 'domains'>;

  constructor(deps: Pick<KeysDeps, 'database' | 'domains'>) {
    this.#deps = deps;
  }

  async query({ user }: Requester, asked: KeyQuery): Promise<PreparedJson> {
    const { domains, database } = this.#deps;
    const { local, failures } = usersByServer(Object.keys(asked), domains);
    const [devices, crossSigning, signatures] = await Promise.all([
      readKeysOfUsers(database.reader, local),
      readCrossSigningKeysFor(database.reader, local, user),
      readSignaturesFor(database.reader, local, user).then(bySignedKey),
    ]);
    const ofUsers = new Map<string, string[]>(local.map((id) => [id, []]));
    for (const { user_id: owner, device_id: id, keys, display_name: name } of devices) {
      const wanted = asked[owner] ?? [];
      if (wanted.length > 0 && !wanted.includes(id)) continue;
      const unsigned = name === null ? '{}' : JSON.stringify({ device_display_name: name });
      ofUsers.get(owner)?.push(`${JSON.stringify(id)}:${signedKeys(keys, signatures.get(pair(owner, id)))},"unsigned":${unsigned}}`);
    }
    const sections = new Map<Usage, string[]>(usages.map((usage) => [usage, []]));
    for (const { user_id: owner, usage, public_key: key, keys } of crossSigning) {
      sections.get(usage)?.push(`${JSON.stringify(owner)}:${signedKeys(keys, signatures.get(pair(owner, key)))}}`);
    }
    const parts = [
      `"device_keys":{${[...ofUsers].map(([id, texts]) => `${JSON.stringify(id)}:{${texts.join(',')}}`).join(',')}}`,
      `"failures":${JSON.stringify(failures)}`,
      ...[...sections].map(([usage, texts]) => `"${section[usage]}":{${texts.join(',')}}`),
    ];
    return { preparedJson: Buffer.from(`{${parts.join(',')}}`) };
  }
}

/** Signatures on each key, by signer and the signer's key. */
type Signatures = Map<string, Record<string, Record<string, string>>>;

function bySignedKey(rows: readonly SignatureRow[]): Signatures {
  const found: Signatures = new Map();
  for (const row of rows) {
    const key = pair(row.user_id, row.key_id);
    const ofKey = found.get(key) ?? {};
    (ofKey[row.signer_id] ??= {})[row.signer_key_id] = row.signature;
    found.set(key, ofKey);
  }
  return found;
}

/** The stored text of a key, still open at its end, with its signatures. */
function signedKeys(keys: string, signatures: object | undefined): string {
  return `${keys.slice(0, -1)},"signatures":${JSON.stringify(signatures ?? {})}`;
}

function pair(userId: string, keyId: string): string {
  return `${userId} ${keyId}`;
}
