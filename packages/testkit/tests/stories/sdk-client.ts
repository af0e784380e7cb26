import assert from 'node:assert/strict';

import {
  ClientEvent,
  createClient,
  type ICreateClientOpts,
  type MatrixClient,
  type MatrixEvent,
  PendingEventOrdering,
  type Room,
  RoomEvent,
  SyncState,
} from 'matrix-js-sdk';
import * as sdkLogging from 'matrix-js-sdk/lib/logger.js';

import { sleep, systemClock } from '@hearth/kit';

const clock = systemClock();

/** How long a story waits for what must come, and how often it looks. */
const waitMsMax = 60_000;
const lookMs = 5;

/** The SDK tells a console all that it does. */
const nothing = (): void => undefined;
const silent: sdkLogging.Logger = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, getChild: () => silent };
Object.assign(Object(Reflect.get(sdkLogging, 'logger')), silent, { log: nothing });

/** Each request of the SDK leaves a timer that it never clears, of up to 90 s: it must not keep the test's process from ending. */
const longMsMin = 10_000;
const { setTimeout: realSetTimeout } = globalThis;
Object.assign(globalThis, {
  setTimeout: (run: () => void, ms: number, ...args: []) => {
    const timer = realSetTimeout(run, ms, ...args);
    return ms >= longMsMin ? timer.unref() : timer;
  },
});

/** A client of matrix-js-sdk, and the list of what it told its user as new. */
export type SdkClient = {
  readonly client: MatrixClient;
  readonly userId: string;
  /** Ids of the events that came by /sync, in the order in which they came. */
  readonly told: readonly string[];
  /** How often the SDK threw a timeline away, because it was told of a gap. */
  readonly gaps: () => number;
};

/** Logs in with the password, as a new device, without starting to sync. */
export async function logIn(
  baseUrl: string,
  name: string,
  password: string,
  options: Pick<ICreateClientOpts, 'cryptoCallbacks'> = {},
): Promise<SdkClient> {
  const anonymous = createClient({ baseUrl, logger: silent });
  const login = await anonymous.loginRequest({ type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password });
  const { user_id: userId, access_token: accessToken, device_id: deviceId } = login;
  return watched(createClient({ ...options, baseUrl, userId, accessToken, deviceId, timelineSupport: true, logger: silent }), userId);
}

/** A client that nobody has logged in. */
export function anonymousClient(baseUrl: string): MatrixClient {
  return createClient({ baseUrl, logger: silent });
}

function watched(client: MatrixClient, userId: string): SdkClient {
  const told: string[] = [];
  let gaps = 0;
  client.on(ClientEvent.Event, (event: MatrixEvent) => {
    // Receipts and what people type have no id.
    const id = event.getId();
    if (id !== undefined) told.push(id);
  });
  client.on(RoomEvent.TimelineReset, () => (gaps += 1));
  return { client, userId, told, gaps: () => gaps };
}

/** Starts the SDK's own loop of /sync and waits until it has the first answer. */
export async function startSyncing({ client }: SdkClient, initialSyncLimit = 20): Promise<void> {
  const pendingEventOrdering = PendingEventOrdering.Detached;
  await client.startClient({ initialSyncLimit, lazyLoadMembers: true, pollTimeout: 10_000, pendingEventOrdering });
  await eventually('the first /sync', () => client.isInitialSyncComplete());
}

export function roomOf({ client }: SdkClient, roomId: string): Room {
  return client.getRoom(roomId) ?? assert.fail(`the client does not know ${roomId}`);
}

/** Waits until the condition holds. */
export async function eventually(what: string, condition: () => boolean | undefined | Promise<boolean>): Promise<void> {
  // By the clock, since a condition may take its time.
  for (const start = clock.monotonic(); clock.monotonic() - start < waitMsMax; await sleep(clock, lookMs)) {
    if ((await condition()) === true) return;
  }
  assert.fail(`waited in vain for ${what}`);
}

/** The SDK has seen that the server is gone. */
export async function losesConnection({ client }: SdkClient): Promise<void> {
  await eventually('the SDK to miss the server', () => client.getSyncState() !== SyncState.Syncing);
}

/** What a user does who presses "try again"; in time the SDK does so by itself. */
export async function reconnects({ client }: SdkClient): Promise<void> {
  await eventually('the SDK to try again', () => client.retryImmediately());
  await eventually('the SDK to go on', () => client.getSyncState() === SyncState.Syncing);
}
