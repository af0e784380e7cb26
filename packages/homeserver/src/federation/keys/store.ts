import { keysPerServerMax } from './key-answer.ts';
import { command, type Insert, type Reader, scan, type Statement } from '@hearth/storage';

/** expired_ts: -1 for a key in use. valid_until_ts tells the answer of the server in which the key was last named. */
export type ServerKeyRow = {
  readonly server: string;
  readonly key_id: string;
  readonly public_key: string;
  readonly valid_until_ts: number;
  readonly expired_ts: number;
};

/** Servers in one read. */
export const serversPerReadMax = 100;

const serverKeys = scan<ServerKeyRow>(
  'federation-server-keys',
  `SELECT server, key_id, public_key, valid_until_ts, expired_ts FROM server_keys WHERE server {in-text $1}
   LIMIT ${serversPerReadMax * keysPerServerMax}`,
);

export function readServerKeys(reader: Reader, servers: readonly string[]): Promise<ServerKeyRow[]> {
  return reader.all(serverKeys, [servers]);
}

const putServerKey: Insert = {
  name: 'federation-server-key',
  table: 'server_keys',
  columns: [
    { name: 'server', type: 'text' },
    { name: 'key_id', type: 'text' },
    { name: 'public_key', type: 'text' },
    { name: 'valid_until_ts', type: 'integer' },
    { name: 'expired_ts', type: 'integer' },
  ],
  onConflict: { do: 'replace', key: ['server', 'key_id'] },
};

type AnswerRow = { readonly server: string; readonly valid_until_ts: number; readonly answer: string };

const keyAnswers = scan<AnswerRow>(
  'federation-key-answers',
  `SELECT server, valid_until_ts, answer FROM server_key_answers WHERE server {in-text $1} LIMIT ${serversPerReadMax * keysPerServerMax}`,
);

export function readKeyAnswers(reader: Reader, servers: readonly string[]): Promise<AnswerRow[]> {
  return reader.all(keyAnswers, [servers]);
}

const putKeyAnswer: Insert = {
  name: 'federation-key-answer',
  table: 'server_key_answers',
  columns: [
    { name: 'server', type: 'text' },
    { name: 'valid_until_ts', type: 'integer' },
    { name: 'answer', type: 'text' },
  ],
  onConflict: { do: 'replace', key: ['server', 'valid_until_ts'] },
};
const dropOldAnswers = command(
  'federation-drop-key-answers',
  `DELETE FROM server_key_answers WHERE server = $1
   AND valid_until_ts NOT IN (SELECT valid_until_ts FROM server_keys WHERE server = $1)`,
);

/** Keys that an answer named, and the answer; those that name no key any more go. */
export function answerRows(rows: readonly ServerKeyRow[], { server, valid_until_ts: validUntilTs, answer }: AnswerRow): Statement[] {
  return [
    ...rows.map((row) => ({ insert: putServerKey, row: [row.server, row.key_id, row.public_key, row.valid_until_ts, row.expired_ts] })),
    { insert: putKeyAnswer, row: [server, validUntilTs, answer] },
    { run: dropOldAnswers, params: [server] },
  ];
}
