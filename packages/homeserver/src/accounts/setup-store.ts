import { command, type Insert, point, type Reader, type Statement } from '@hearth/storage';

const key = 'setup-token';
const setupToken = point<{ value: string }>('accounts-setup-token', 'SELECT value FROM meta WHERE key = $1');
const insertSetupToken: Insert = {
  name: 'accounts-insert-setup-token',
  table: 'meta',
  columns: [
    { name: 'key', type: 'text' },
    { name: 'value', type: 'text' },
  ],
  onConflict: { do: 'replace', key: ['key'] },
};
const deleteSetupToken = command('accounts-delete-setup-token', 'DELETE FROM meta WHERE key = $1');
const useSetupToken = command('accounts-use-setup-token', 'DELETE FROM meta WHERE key = $1 AND value = $2');

/** The stored hash of the token that may make the first account. */
export async function readSetupToken(reader: Reader): Promise<string | undefined> {
  return (await reader.first(setupToken, [key]))?.value;
}

/** Takes the place of that of the start before. */
export function setupTokenInsertion(hash: string): Statement {
  return { insert: insertSetupToken, row: [key, hash] };
}

/** Goes with every new account: the link dies with the first one, however that was made. */
export function setupTokenDeletion(): Statement {
  return { run: deleteSetupToken, params: [key] };
}

/** Succeeds once. */
export function setupTokenUse(hash: string): Statement {
  return { run: useSetupToken, params: [key, hash], mustChange: 1 };
}
