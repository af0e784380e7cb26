import pg from 'pg';

import type { StorageLog } from '../ports.ts';
import { typeParsers } from './types.ts';

const connectMsMax = 10_000;

export type SessionKind = {
  /** Several statements may be under way, each its own transaction. */
  readonly pipeline: boolean;
  readonly readOnly: boolean;
  /** 0: no limit. */
  readonly statementMsMax: number;
  readonly lockMsMax: number;
};

/** Opens a connection and sets what we rely on. Throws when the server is not what we need. */
export async function openSession(url: string, kind: SessionKind, log: StorageLog): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'hearth',
    connectionTimeoutMillis: connectMsMax,
    keepAlive: true,
    pipeline: kind.pipeline,
    types: typeParsers,
  });
  // Whoever uses the client learns of the loss from its statements; without a listener the process would end.
  client.on('error', (error) => log.warn('A connection to PostgreSQL was lost', { error }));
  await client.connect();
  try {
    await prepareSession(client, kind);
  } catch (error) {
    await client.end();
    throw error;
  }
  return client;
}

async function prepareSession(client: pg.Client, kind: SessionKind): Promise<void> {
  const { rows } = await client.query<{ commit: string; encoding: string }>(`
    SELECT set_config('statement_timeout', '${kind.statementMsMax}', false),
           set_config('lock_timeout', '${kind.lockMsMax}', false),
           set_config('idle_in_transaction_session_timeout', '60000', false),
           set_config('bytea_output', 'hex', false),
           set_config('default_transaction_isolation', 'read committed', false),
           set_config('default_transaction_read_only', '${kind.readOnly ? 'on' : 'off'}', false),
           set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
             ELSE current_setting('synchronous_commit') END, false) AS commit,
           current_setting('server_encoding') AS encoding`);
  const settings = rows[0];
  if (settings === undefined || settings.commit === 'off')
    throw new Error('PostgreSQL does not let synchronous_commit be on: what is answered would not be on disk.');
  if (settings.encoding !== 'UTF8')
    throw new Error(`The PostgreSQL database has the encoding ${settings.encoding}. Make one with ENCODING 'UTF8'.`);
}
