import { LRUCache } from 'lru-cache';

import type { Domains } from '../domains.ts';
import { insertTransaction } from '../engine/store.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { ChangeIndex } from '../streams/change-index.ts';
import type { StreamTail } from '../streams/tail.ts';
import { QueueLimits } from './queue-limits.ts';
import {
  deletionForNobody,
  type DeviceOfUser,
  messageRows,
  messagesDeletion,
  readDevicesOf,
  readWaiting,
  readWaitingNumbers,
  readWasSent,
} from './store.ts';
import type { Clock } from '@hearth/kit';
import { domainOf, type JsonObject, parseUserId } from '@hearth/protocol';
import { type Database, type Statement, StorageUnavailable, streamKinds, WriteRefused } from '@hearth/storage';

/** Messages of one answer. */
const answerMessagesMax = 100;
/** Messages of one request, counted after `*` has become devices, and what they may weigh together. */
const requestMessagesMax = 10_000;
const requestBytesMax = 16 * 1024 * 1024;
/** One message, as JSON: what fits an event fits the transactions between servers too. */
const messageBytesMax = 65_536;
const typeBytesMax = 255;
/** Devices of which it is remembered that nothing waits for them. */
const devicesMax = 20_000;

export type ToDeviceDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly domains: Domains;
  readonly tail: Pick<StreamTail, 'position'>;
  readonly changes: Pick<ChangeIndex, 'userEntries'>;
};

/** Contents by user id and device id (or `*`), as a request brings them. */
export type MessagesByDevice = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** One message, or one to each of several devices. */
export type Sending = { readonly sender: string; readonly type: string; readonly messages: MessagesByDevice };

/** Messages of a device, and up to where they are all of them. */
export type WaitingBatch = { readonly events: readonly JsonObject[]; readonly upTo: number };

/** Messages from one device to others (https://spec.matrix.org/v1.19/client-server-api/#send-to-device-messaging). */
export class ToDevice {
  readonly #deps: ToDeviceDeps;
  readonly #limits: QueueLimits;
  /** By device: nothing waits at or before this position. */
  readonly #emptyUpTo = new LRUCache<string, number>({ max: devicesMax });

  constructor(deps: ToDeviceDeps) {
    this.#deps = deps;
    this.#limits = new QueueLimits(deps.database.reader);
  }

  /** PUT sendToDevice/{eventType}/{txnId}. All messages are one commit; the same transaction id again sends nothing. */
  async send(requester: Requester, type: string, txnId: string, messages: MessagesByDevice): Promise<void> {
    const { database, clock } = this.#deps;
    checkMessages(type, messages);
    const { user, deviceId } = requester;
    const scope = `to-device ${type}`;
    if (await readWasSent(database.reader, user, deviceId, scope, txnId)) return;
    const transaction = { insert: insertTransaction, row: [user, deviceId, scope, txnId, null, null, clock.now()] };
    try {
      await this.deliver([{ sender: requester.userId, type, messages }], [transaction]);
    } catch (error) {
      // The same request came twice at once, and the other was first.
      if (!(error instanceof WriteRefused && error.why === 'duplicate')) throw error;
    }
  }

  /** Puts messages into the queues of those of the devices that this server has, in one write with further statements. */
  async deliver(sendings: readonly Sending[], also: readonly Statement[] = []): Promise<void> {
    const { database, domains, tail } = this.#deps;
    // Users of other servers are those servers' part.
    const userIds = sendings.flatMap(({ messages }) => Object.keys(messages)).filter((userId) => domains.isLocal(domainOf(userId) ?? ''));
    const devices = userIds.length === 0 ? [] : await readDevicesOf(database.reader, [...new Set(userIds)]);
    const letters = lettersFor(devices, sendings);
    const first = letters.length === 0 ? 0 : await database.takeNumbers('to-device', letters.length);
    const surplus = await this.#limits.surplusOf(letters);
    const forNobody = letters.length === 0 ? [] : [deletionForNobody(first, letters.length)];
    const rows = letters.map((letter, index) => messageRows({ ...letter, number: first + index }, tail.position));
    await database.write({
      claims: [],
      statements: [...also, ...surplus, ...rows.map(({ statement }) => statement), ...forNobody],
      stream: rows.map(({ stream }) => stream),
    });
  }

  /** What waits for a device at positions in (since, upTo], in the order in which it came; the first 100 messages of it, or fewer if so asked. */
  async waiting(user: number, deviceId: string, since: number, upTo: number, most = answerMessagesMax): Promise<WaitingBatch> {
    const limit = Math.max(1, Math.min(most, answerMessagesMax));
    const rows = await readWaiting(this.#deps.database.reader, user, deviceId, since, upTo, limit);
    if (rows.length === 0 && since === 0) this.#emptyUpTo.set(keyOf(user, deviceId), upTo);
    return {
      events: rows.map(({ message }) => JSON.parse(message) as JsonObject),
      upTo: rows.length < limit ? upTo : (rows.at(-1)?.position ?? upTo),
    };
  }

  /** The device has everything up to this position, so it goes. */
  async acknowledge(user: number, deviceId: string, upTo: number): Promise<void> {
    const { database, changes } = this.#deps;
    const key = keyOf(user, deviceId);
    const emptyUpTo = this.#emptyUpTo.get(key) ?? 0;
    if (upTo <= emptyUpTo) return;
    const came = emptyUpTo > 0 ? await changes.userEntries(user, streamKinds.toDevice, emptyUpTo, upTo) : undefined;
    if (!came || came.some(({ detail }) => detail === deviceId)) {
      const numbers = await readWaitingNumbers(database.reader, user, deviceId, emptyUpTo, upTo);
      if (numbers.length > 0 && !(await this.#delete(numbers))) return;
    }
    this.#emptyUpTo.set(key, upTo);
  }

  /** Reading goes on when nothing can be written, on a full disk for instance: what is not deleted now is at the next acknowledgement. */
  async #delete(numbers: readonly number[]): Promise<boolean> {
    try {
      await this.#deps.database.write({ claims: [], statements: [messagesDeletion(numbers)], stream: [] });
      return true;
    } catch (error) {
      if (error instanceof StorageUnavailable) return false;
      throw error;
    }
  }
}

type Letter = Pick<DeviceOfUser, 'usr' | 'device_id'> & { readonly message: string };

/** A message for each device that is meant; 413 M_TOO_LARGE when these are too many. */
function lettersFor(devices: readonly DeviceOfUser[], sendings: readonly Sending[]): Letter[] {
  const letters: Letter[] = [];
  let bytes = 0;
  for (const { sender, type, messages } of sendings) {
    const texts = new Map<JsonObject, string>();
    for (const { usr, user_id: userId, device_id: deviceId } of devices) {
      const content = contentFor(messages, userId, deviceId);
      if (content === undefined) continue;
      const message = texts.get(content) ?? JSON.stringify({ sender, type, content });
      texts.set(content, message);
      bytes += message.length;
      letters.push({ usr, device_id: deviceId, message });
      if (letters.length > requestMessagesMax || bytes > requestBytesMax)
        throw new MatrixError('M_TOO_LARGE', 'These are too many messages for one request. Send them in several.');
    }
  }
  return letters;
}

/** What is written to one device counts before what is written to all of its user. */
function contentFor(messages: MessagesByDevice, userId: string, deviceId: string): JsonObject | undefined {
  const contents = Object.hasOwn(messages, userId) ? messages[userId] : undefined;
  if (contents === undefined) return undefined;
  if (Object.hasOwn(contents, deviceId)) return contents[deviceId];
  return Object.hasOwn(contents, '*') ? contents['*'] : undefined;
}

function checkMessages(type: string, messages: MessagesByDevice): void {
  if (Buffer.byteLength(type) > typeBytesMax) throw new MatrixError('M_INVALID_PARAM', `A type has at most ${typeBytesMax} bytes.`);
  for (const [userId, contents] of Object.entries(messages)) {
    if (!parseUserId(userId)) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(userId)} in messages is not a user id.`);
    for (const content of Object.values(contents)) {
      if (Buffer.byteLength(JSON.stringify(content)) > messageBytesMax)
        throw new MatrixError('M_TOO_LARGE', `A message to a device has at most ${messageBytesMax} bytes.`);
    }
  }
}

function keyOf(user: number, deviceId: string): string {
  return `${user} ${deviceId}`;
}
