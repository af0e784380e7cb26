import assert from 'node:assert/strict';

import { register } from './register.ts';
import type { RegisterOptions } from './register.ts';
import type { Answer, RequestOptions, TestClient } from './test-client.ts';

/** A client that is logged in. */
export type Session = TestClient & { readonly userId: string; readonly deviceId: string; readonly token: string };

type Content = Readonly<Record<string, unknown>>;
// oxlint-disable-next-line no-explicit-any -- the shape was just checked against its schema
type Body = any;

/** The calls that stories need, each of which fails unless it is answered with 200. */
export type Calls = {
  /** Any request that must be answered with 200; returns the body. */
  readonly ok: (method: string, path: string, options?: RequestOptions) => Promise<Body>;
  /** Any request that must be refused so; returns the body. */
  readonly refused: (status: number, errcode: string, method: string, path: string, options?: RequestOptions) => Promise<Body>;
  readonly register: (username: string, password: string, options?: RegisterOptions) => Promise<Session>;
  readonly login: (username: string, password: string, options?: Content) => Promise<Session>;
  readonly logout: () => Promise<void>;
  readonly whoami: () => Promise<Body>;
  /** Returns the room's id. */
  readonly createRoom: (options?: Content) => Promise<string>;
  /** By id or alias; returns the room's id. */
  readonly join: (room: string, options?: { readonly via?: readonly string[] } & Content) => Promise<string>;
  readonly leave: (roomId: string) => Promise<void>;
  readonly forget: (roomId: string) => Promise<void>;
  readonly invite: (roomId: string, userId: string) => Promise<void>;
  readonly kick: (roomId: string, userId: string, reason?: string) => Promise<void>;
  readonly ban: (roomId: string, userId: string, reason?: string) => Promise<void>;
  readonly unban: (roomId: string, userId: string) => Promise<void>;
  /** Returns the event's id; the same transaction id again must give the same. */
  readonly send: (roomId: string, type: string, content: Content, transactionId?: string) => Promise<string>;
  readonly sendText: (roomId: string, text: string) => Promise<string>;
  readonly redact: (roomId: string, eventId: string, content?: Content) => Promise<string>;
  readonly setState: (roomId: string, type: string, stateKey: string, content: Content) => Promise<string>;
  readonly getState: (roomId: string, type: string, stateKey?: string) => Promise<Body>;
  readonly event: (roomId: string, eventId: string) => Promise<Body>;
  readonly messages: (roomId: string, query: RequestOptions['query']) => Promise<Body>;
  /** Does not wait for news unless a timeout in milliseconds is given. */
  readonly sync: (query?: RequestOptions['query']) => Promise<Body>;
  /**
   * Syncs again and again, from `since` on if it is given, until `find` returns something. Fails after
   * SYNCS_MAX answers.
   */
  readonly syncUntil: <T>(find: (body: Body) => T | undefined, since?: string) => Promise<Found<T>>;
};

type Found<T> = { readonly value: T; readonly nextBatch: string };

const SYNCS_MAX = 20;
/** How long one of these waits for news, in milliseconds. */
const SYNC_WAIT_MS = 1_000;

type Basis = Pick<TestClient, 'request' | 'withToken'>;

/** Builds a path of the client-server API; each value is percent-encoded. */
export function clientPath(strings: TemplateStringsArray, ...values: string[]): string {
  return `/_matrix/client/v3${String.raw({ raw: strings }, ...values.map(encodeURIComponent))}`;
}

export function calls(client: Basis, nextTransactionId: () => string): Calls {
  const ok: Calls['ok'] = async (method, path, options) => {
    const answer = await client.request(method, path, options);
    assert.equal(answer.status, 200, described(method, path, answer));
    return answer.body;
  };
  const post = (path: string, body: Content = {}): Promise<Body> => ok('POST', path, { body });
  const membership = (verb: string) => async (roomId: string, userId?: string, reason?: string) => {
    await post(`${clientPath`/rooms/${roomId}`}/${verb}`, withoutUndefined({ user_id: userId, reason }));
  };
  const put = async (path: string, content: Content): Promise<string> => (await ok('PUT', path, { body: content })).event_id as string;
  const send: Calls['send'] = (roomId, type, content, transactionId = nextTransactionId()) =>
    put(clientPath`/rooms/${roomId}/send/${type}/${transactionId}`, content);
  const sync = (query: RequestOptions['query'] = {}): Promise<Body> => ok('GET', clientPath`/sync`, { query });

  return {
    ok,
    refused: async (status, errcode, method, path, options) => {
      const answer = await client.request(method, path, options);
      assert.equal(`${answer.status} ${answer.body?.errcode}`, `${status} ${errcode}`, described(method, path, answer));
      return answer.body;
    },
    register: async (username, password, options) => sessionOf(client, await register(client, username, password, options)),
    login: async (username, password, options = {}) => {
      const identifier = { type: 'm.id.user', user: username };
      const body = { type: 'm.login.password', identifier, password, ...options };
      return sessionOf(client, await ok('POST', clientPath`/login`, { body, token: null }));
    },
    logout: () => post(clientPath`/logout`),
    whoami: () => ok('GET', clientPath`/account/whoami`),
    createRoom: async (options = {}) => (await post(clientPath`/createRoom`, options)).room_id,
    join: async (room, { via = [], ...body } = {}) => (await ok('POST', clientPath`/join/${room}`, { query: { via }, body })).room_id,
    leave: membership('leave'),
    forget: membership('forget'),
    invite: membership('invite'),
    kick: membership('kick'),
    ban: membership('ban'),
    unban: membership('unban'),
    send,
    sendText: (roomId, text) => send(roomId, 'm.room.message', { msgtype: 'm.text', body: text }),
    redact: (roomId, eventId, content = {}) => put(clientPath`/rooms/${roomId}/redact/${eventId}/${nextTransactionId()}`, content),
    setState: (roomId, type, stateKey, content) => put(clientPath`/rooms/${roomId}/state/${type}/${stateKey}`, content),
    getState: (roomId, type, stateKey = '') => ok('GET', clientPath`/rooms/${roomId}/state/${type}/${stateKey}`),
    event: (roomId, eventId) => ok('GET', clientPath`/rooms/${roomId}/event/${eventId}`),
    messages: (roomId, query) => ok('GET', clientPath`/rooms/${roomId}/messages`, query === undefined ? {} : { query }),
    sync: (query = {}) => sync({ timeout: 0, ...query }),
    syncUntil: async (find, since) => {
      let position = since;
      for (let count = 0; count < SYNCS_MAX; count += 1) {
        const body = await sync({ timeout: position === undefined ? 0 : SYNC_WAIT_MS, since: position });
        const value = find(body);
        position = body.next_batch as string;
        if (value !== undefined) return { value, nextBatch: position };
      }
      assert.fail(`${SYNCS_MAX} syncs did not bring what was waited for`);
    },
  };
}

function sessionOf(client: Basis, body: Body): Session {
  const token = body.access_token as string;
  return { ...client.withToken(token), token, userId: body.user_id as string, deviceId: body.device_id as string };
}

function described(method: string, path: string, answer: Answer): string {
  return `${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`;
}

function withoutUndefined(value: Content): Content {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}
