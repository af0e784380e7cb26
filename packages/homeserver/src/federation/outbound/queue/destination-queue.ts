import { NoAnswer, type ServerAnswer, type ServerClient } from '../server-client.ts';
import { type DestinationRow, destinationRow, pdusMax, readDestination, readNextEvents, takenRow } from './queue-store.ts';
import type { OutgoingEvent } from './route-events.ts';
import type { Clock, Random } from '@hearth/kit';
import { canonicalJson, isJsonObject, type JsonObject, jsonObject, parseJsonText, type ServerName, withoutKeys } from '@hearth/protocol';
import { type Database, type Lease, leaseGuard } from '@hearth/storage';

/** A server may take its time over fifty events. */
const sendMsMax = 60_000;
const answerBytesMax = 1024 * 1024;

const retryMsMin = 10_000;
const retryMsMax = 24 * 60 * 60_000;
/** So often an event that is sent alone may be refused before it is left out, so that it holds up nothing behind it. */
const poisonTries = 3;
const errorLengthMax = 300;

export type QueueDeps = {
  readonly database: Database;
  readonly client: Pick<ServerClient, 'ask'>;
  readonly events: (numbers: readonly number[]) => Promise<readonly (OutgoingEvent | undefined)[]>;
  readonly clock: Clock;
  readonly random: Random;
  /** For which of our domains transactions are sent. */
  readonly domain: string;
};

/**
 * Sends what waits for a server, one transaction after the other, until nothing waits or one fails. A transaction is stored, with its id and
 * bytes, before it is first sent: whatever happens then, it comes again as it was, and the other side can tell.
 */
export async function sendWaiting(deps: QueueDeps, server: ServerName, lease: Lease, signal: AbortSignal): Promise<void> {
  const { database } = deps;
  const save = (...statements: Parameters<typeof database.write>[0]['statements'][number][]): Promise<unknown> =>
    database.write({ claims: [], statements: [leaseGuard(lease), ...statements], stream: [] });
  let row = await readDestination(database.reader, server);
  while (row !== undefined && !signal.aborted) {
    if (row.txn_body === null) {
      const composed: DestinationRow | undefined = await compose(deps, row);
      // Also where what had waited is gone, as with its room.
      if (composed === undefined) return void (await save(destinationRow({ ...row, sent: row.wanted })));
      row = composed;
      await save(destinationRow(row));
    }
    const outcome = await attempt(deps, server, row, signal);
    if (outcome === 'stopped') return;
    row = outcome === undefined ? taken(row) : failed(deps, row, outcome);
    await save(...(row.txn_body === null ? [takenRow(server, row.sent)] : []), destinationRow(row));
    if (outcome !== undefined) return;
    row = await readDestination(database.reader, server);
  }
}

const noTransaction = { txn_id: null, txn_body: null, txn_failures: 0 } as const;

/** The other side has the transaction. */
function taken(row: DestinationRow): DestinationRow {
  return {
    ...row,
    ...noTransaction,
    failures: 0,
    retry_ts: 0,
    last_error: null,
    sent: row.through,
    batch: Math.min(pdusMax, row.batch * 2),
  };
}

/** The next transaction; undefined when nothing waits. */
async function compose({ database, events, clock, random, domain }: QueueDeps, row: DestinationRow): Promise<DestinationRow | undefined> {
  const waiting = await readNextEvents(database.reader, row.server, row.batch);
  const last = waiting.at(-1);
  if (last === undefined) return undefined;
  const records = await events(waiting.map(({ event }) => event));
  const pdus = records.filter((record) => record !== undefined).map(({ event }) => withoutKeys(event.pdu, ['unsigned']));
  const body = jsonObject({ origin: domain, origin_server_ts: clock.now(), pdus, edus: [] });
  return { ...row, txn_id: random.token(96), txn_body: canonicalJson(body, 'legacy'), through: last.position, txn_failures: 0 };
}

type Failure = { readonly reason: string; /** It is this transaction that the other side does not take. */ readonly refused: boolean };

/** Undefined: the other side has it. */
async function attempt(
  deps: QueueDeps,
  server: ServerName,
  row: DestinationRow,
  signal: AbortSignal,
): Promise<Failure | 'stopped' | undefined> {
  let answer: ServerAnswer;
  try {
    const uri = `/_matrix/federation/v1/send/${encodeURIComponent(row.txn_id ?? '')}`;
    const limits = { bytesMax: answerBytesMax, msMax: sendMsMax };
    answer = await deps.client.ask({ to: server, method: 'PUT', uri, content: contentOf(row), from: deps.domain, ...limits, signal });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return error.why === 'stopped' ? 'stopped' : { reason: error.message, refused: false };
  }
  if (answer.status === 200) return undefined;
  return { reason: `it answered ${answer.status}`, refused: [400, 413, 500].includes(answer.status) };
}

function contentOf({ txn_body: body }: DestinationRow): JsonObject {
  const parsed = parseJsonText(body ?? '', { numbers: 'legacy', bytesMax: Number.MAX_SAFE_INTEGER });
  if (!parsed.ok || !isJsonObject(parsed.value)) throw new Error('a transaction was stored that is no JSON');
  return parsed.value;
}

/**
 * What is noted after a failure. A transaction that is refused is taken apart: its events are sent one by one, and one that is refused by
 * itself several times is left out.
 */
function failed({ clock }: QueueDeps, row: DestinationRow, { reason, refused }: Failure): DestinationRow {
  const last_error = reason.slice(0, errorLengthMax);
  const pause = (failures: number): number => clock.now() + Math.min(retryMsMax, retryMsMin * 2 ** Math.min(20, failures - 1));
  if (!refused) return { ...row, last_error, failures: row.failures + 1, retry_ts: pause(row.failures + 1) };
  // It answers: it is not the server that fails.
  const txn_failures = row.txn_failures + 1;
  if (row.batch > 1) return { ...row, ...noTransaction, last_error, failures: 0, retry_ts: 0, batch: 1 };
  if (txn_failures < poisonTries) return { ...row, last_error, failures: 0, txn_failures, retry_ts: pause(txn_failures) };
  return { ...row, ...noTransaction, last_error, failures: 0, retry_ts: 0, sent: row.through };
}
