import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { quiet } from '../quiet.ts';
import { command } from '@hearth/storage';
import { newPostgresDatabase, type TestDatabase } from '@hearth/storage/testing';
import { answersToWrongTypes, type Session, startHearth, type TestHearth } from '@hearth/testkit';

const v3 = '/_matrix/client/v3/room_keys';
const algorithm = 'm.megolm_backup.v1.curve25519-aes-sha2';
const authData = { public_key: 'abcdefg', signatures: { '@alice:hearth.test': { 'ed25519:DEVICE': 'signature' } } };
const password = 'correct horse battery';
const room = '!room:hearth.test';
const other = '!uHxQ_q7mgVUuzlMX8mlqIu3vCJGCUFQZY3bBFJkCJsw';

/** What would take long to come about. */
const setCount = command('test-count', 'UPDATE key_backups SET count = $2 WHERE usr = $1');
const setVersion = command('test-version', 'UPDATE key_backups SET version = $2 WHERE usr = $1');

type Rank = { is_verified?: boolean; first_message_index?: number; forwarded_count?: number };
type State = { etag: string; count: number };
type Key = Required<Rank> & { session_data: Record<string, string> };
const key = (name: string, rank: Rank = {}): Key => ({
  first_message_index: 1,
  forwarded_count: 0,
  is_verified: false,
  ...rank,
  session_data: { ephemeral: name, ciphertext: 'c'.repeat(20), mac: 'm', odd: 'a\0😀"' },
});
const keysPath = (...parts: string[]): string => [`${v3}/keys`, ...parts.map(encodeURIComponent)].join('/');

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`key backup on ${engine}`, () => {
    let hearth: TestHearth;
    let database: TestDatabase | undefined;
    let users = 0;
    const somebody = (): Promise<Session> => hearth.client.register(`user${(users += 1)}`, password);
    const create = async (of: Session): Promise<string> =>
      (await of.ok('POST', `${v3}/version`, { body: { algorithm, auth_data: authData } })).version;
    const put = (of: Session, version: string, body: object, ...parts: string[]): Promise<State> =>
      of.ok('PUT', keysPath(...parts), { query: { version }, body });
    const get = (of: Session, version: string, ...parts: string[]): Promise<object> =>
      of.ok('GET', keysPath(...parts), { query: { version } });
    const remove = (of: Session, version: string, ...parts: string[]): Promise<State> =>
      of.ok('DELETE', keysPath(...parts), { query: { version } });
    const stateOf = async (of: Session, version: string): Promise<State> => {
      const { etag, count } = await of.ok('GET', `${v3}/version/${version}`);
      return { etag, count };
    };

    before(async () => {
      database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
      hearth = await startHearth(database === undefined ? {} : { env: { HEARTH_DATABASE: database.url } });
    });
    after(async () => {
      await hearth.stop();
      await database?.remove();
    });

    test('versions are made, looked at, changed and deleted; the newest that is left is the current one', async () => {
      const alice = await somebody();
      await alice.refused(404, 'M_NOT_FOUND', 'GET', `${v3}/version`);
      const first = await create(alice);
      const second = await create(alice);
      assert.notEqual(first, second);
      const shown = { algorithm, auth_data: authData, etag: '0', count: 0 };
      assert.deepEqual(await alice.ok('GET', `${v3}/version`), { ...shown, version: second });
      assert.deepEqual(await alice.ok('GET', `${v3}/version/${first}`), { ...shown, version: first });
      const changed = { ...authData, public_key: 'other' };
      await alice.ok('PUT', `${v3}/version/${first}`, { body: { algorithm, auth_data: changed, version: first } });
      await alice.ok('PUT', `${v3}/version/${first}`, { body: { algorithm, auth_data: changed } });
      assert.deepEqual(await alice.ok('GET', `${v3}/version/${first}`), { ...shown, auth_data: changed, version: first });
      await alice.ok('DELETE', `${v3}/version/${second}`);
      await alice.ok('DELETE', `${v3}/version/${second}`);
      await alice.refused(404, 'M_NOT_FOUND', 'GET', `${v3}/version/${second}`);
      await alice.refused(404, 'M_NOT_FOUND', 'PUT', `${v3}/version/${second}`, { body: { algorithm, auth_data: changed } });
      assert.equal((await alice.ok('GET', `${v3}/version`)).version, first);
      const third = await create(alice);
      assert.ok(![first, second].includes(third), 'a number is never given again');
    });

    test('a version can be changed only as itself, and only one’s own', async () => {
      const alice = await somebody();
      const bob = await somebody();
      const version = await create(alice);
      const path = `${v3}/version/${version}`;
      await alice.refused(400, 'M_INVALID_PARAM', 'PUT', path, { body: { algorithm, auth_data: authData, version: '999' } });
      await alice.refused(400, 'M_INVALID_PARAM', 'PUT', path, { body: { algorithm: 'm.other', auth_data: authData } });
      for (const nobodys of ['999', '0', '-1', '1.5', 'x', 'a\u{1f600}', '99999999999999999999']) {
        const nowhere = `${v3}/version/${encodeURIComponent(nobodys)}`;
        await alice.refused(404, 'M_NOT_FOUND', 'GET', nowhere);
        await alice.refused(404, 'M_NOT_FOUND', 'DELETE', nowhere);
        await alice.refused(404, 'M_NOT_FOUND', 'PUT', nowhere, { body: { algorithm, auth_data: authData } });
        for (const parts of [[], [room], [room, 's']]) {
          await alice.refused(404, 'M_NOT_FOUND', 'GET', keysPath(...parts), { query: { version: nobodys } });
          await alice.refused(404, 'M_NOT_FOUND', 'DELETE', keysPath(...parts), { query: { version: nobodys } });
        }
        await alice.refused(404, 'M_NOT_FOUND', 'PUT', keysPath(), { query: { version: nobodys }, body: { rooms: {} } });
      }
      await bob.refused(404, 'M_NOT_FOUND', 'GET', path);
      await bob.refused(404, 'M_NOT_FOUND', 'DELETE', path);
      await bob.refused(404, 'M_NOT_FOUND', 'GET', keysPath(), { query: { version } });
      await bob.refused(404, 'M_NOT_FOUND', 'PUT', keysPath(), { query: { version }, body: { rooms: {} } });
    });

    test('requests that come at once make versions of their own', async () => {
      const alice = await somebody();
      const versions = await Promise.all(Array.from({ length: 8 }, () => create(alice)));
      assert.equal(new Set(versions).size, 8);
      const body = { algorithm, auth_data: authData };
      const answers = await Promise.all(Array.from({ length: 40 }, () => alice.request('POST', `${v3}/version`, { body })));
      for (const { status } of answers) assert.ok([200, 503].includes(status), `${status}: more than that may be told to come again`);
    });

    test('keys are put, got and deleted one by one, by room and all together, with a count and an etag that changes when they do', async () => {
      const alice = await somebody();
      const version = await create(alice);
      const states: State[] = [];
      states.push(await put(alice, version, key('a'), room, 'a'));
      states.push(await put(alice, version, { sessions: { b: key('b'), 'c/d': key('c') } }, room));
      states.push(await put(alice, version, { rooms: { [other]: { sessions: { a: key('a2') } }, [room]: { sessions: {} } } }));
      assert.deepEqual(
        states.map(({ count }) => count),
        [1, 3, 4],
      );
      assert.equal(new Set(states.map(({ etag }) => etag)).size, 3);
      assert.deepEqual(await stateOf(alice, version), states[2]);
      assert.deepEqual(await get(alice, version, room, 'a'), key('a'));
      assert.deepEqual(await get(alice, version, room), { sessions: { a: key('a'), b: key('b'), 'c/d': key('c') } });
      assert.deepEqual(await get(alice, version), {
        rooms: { [room]: { sessions: { a: key('a'), b: key('b'), 'c/d': key('c') } }, [other]: { sessions: { a: key('a2') } } },
      });
      await alice.refused(404, 'M_NOT_FOUND', 'GET', keysPath(room, 'nothing'), { query: { version } });
      assert.deepEqual(await get(alice, version, '!elsewhere:hearth.test'), { sessions: {} });

      assert.deepEqual(await remove(alice, version, room, 'nothing'), states[2], 'nothing changed, so the etag stays');
      const afterOne = await remove(alice, version, room, 'c/d');
      const afterRoom = await remove(alice, version, room);
      const afterAll = await remove(alice, version);
      assert.deepEqual([afterOne.count, afterRoom.count, afterAll.count], [3, 1, 0]);
      assert.equal(new Set([states[2], afterOne, afterRoom, afterAll].map((state) => state?.etag)).size, 4);
      assert.deepEqual(await get(alice, version), { rooms: {} });
    });

    test('of two keys for a session the better one stays: verified, then from earlier on, then through fewer hands', async () => {
      const alice = await somebody();
      const version = await create(alice);
      const ranks: readonly (readonly [string, Rank, boolean])[] = [
        ['first', { first_message_index: 5, forwarded_count: 5 }, true],
        ['equal', { first_message_index: 5, forwarded_count: 5 }, false],
        ['fewer hands', { first_message_index: 5, forwarded_count: 4 }, true],
        ['more hands', { first_message_index: 5, forwarded_count: 6 }, false],
        ['later', { first_message_index: 6, forwarded_count: 0 }, false],
        ['earlier', { first_message_index: 4, forwarded_count: 9 }, true],
        ['verified', { is_verified: true, first_message_index: 9, forwarded_count: 9 }, true],
        ['unverified', { is_verified: false, first_message_index: 0, forwarded_count: 0 }, false],
        ['verified and later', { is_verified: true, first_message_index: 10, forwarded_count: 0 }, false],
        ['verified and earlier', { is_verified: true, first_message_index: 8, forwarded_count: 10 }, true],
      ];
      let stored: object = {};
      let before = await stateOf(alice, version);
      for (const [name, rank, isBetter] of ranks) {
        const state = await put(alice, version, key(name, rank), room, 's');
        if (isBetter) stored = key(name, rank);
        assert.deepEqual(await get(alice, version, room, 's'), stored, name);
        assert.equal(state.etag !== before.etag, isBetter, name);
        assert.equal(state.count, 1);
        before = state;
      }
    });

    test('a session id in two rooms is two keys', async () => {
      const alice = await somebody();
      const version = await create(alice);
      await put(alice, version, { rooms: { [room]: { sessions: { a: key('1'), b: key('2') } }, [other]: { sessions: { c: key('3') } } } });
      const state = await put(alice, version, { rooms: { [room]: { sessions: { c: key('4') } }, [other]: { sessions: { a: key('5') } } } });
      assert.equal(state.count, 5);
      assert.deepEqual([await get(alice, version, room, 'a'), await get(alice, version, other, 'a')], [key('1'), key('5')]);
    });

    test('only the newest version takes keys; others can be read and emptied', async () => {
      const alice = await somebody();
      const old = await create(alice);
      await put(alice, old, key('a'), room, 'a');
      const version = await create(alice);
      for (const [parts, body] of [
        [[], { rooms: {} }],
        [[room], { sessions: { a: key('b') } }],
        [[room, 'a'], key('b')],
      ] as const) {
        const answer = await alice.refused(403, 'M_WRONG_ROOM_KEYS_VERSION', 'PUT', keysPath(...parts), { query: { version: old }, body });
        assert.equal(answer.current_version, version);
      }
      assert.deepEqual(await get(alice, old), { rooms: { [room]: { sessions: { a: key('a') } } } });
      assert.deepEqual(await get(alice, version), { rooms: {} });
      assert.equal((await remove(alice, old, room, 'a')).count, 0);
    });

    test('uploads that come at once lose nothing, and the count is right after them', async () => {
      const alice = await somebody();
      const version = await create(alice);
      const batches = Array.from({ length: 12 }, (_, batch) =>
        put(alice, version, { sessions: Object.fromEntries([`own${batch}`, 'shared'].map((name) => [name, key(name)])) }, room),
      );
      await Promise.all(batches);
      assert.equal((await stateOf(alice, version)).count, 13);
      const { sessions } = (await get(alice, version, room)) as { sessions: object };
      assert.equal(Object.keys(sessions).length, 13);
    });

    test('thousands of keys are one commit and a few readings, and come back and go page by page', async () => {
      const alice = await somebody();
      const version = await create(alice);
      const sessions = (from: number, to: number): object =>
        Object.fromEntries(Array.from({ length: to - from }, (_, index) => [`s${from + index}`, key('x')]));
      const rooms = { [room]: { sessions: sessions(0, 1_500) }, [other]: { sessions: sessions(1_500, 3_000) } };
      const { counters } = hearth.server.database;
      await quiet(hearth);
      const before = { ...counters };
      assert.equal((await put(alice, version, { rooms })).count, 3_000);
      assert.equal(counters.commits - before.commits, 1);
      assert.ok(counters.statementsRead - before.statementsRead <= 5, `${counters.statementsRead - before.statementsRead} statements read`);
      if (engine === 'postgres') assert.ok(counters.statementsWritten - before.statementsWritten <= 5);
      assert.deepEqual(await get(alice, version), { rooms });
      assert.equal((await remove(alice, version)).count, 0);
      assert.deepEqual(await get(alice, version), { rooms: {} });
    });

    test('what belonged to a deleted version is removed behind the scenes, and what belongs to an account with the account', async () => {
      const alice = await somebody();
      const rows = { name: 'test-keys', sql: 'SELECT COUNT(*) AS count FROM backed_up_keys WHERE usr = $1', reach: 'scan' } as const;
      const user = (await hearth.server.spine.engine.findUser(alice.userId)) as number;
      const stored = async (): Promise<unknown> => (await hearth.server.database.reader.first<{ count: number }>(rows, [user]))?.count;
      const version = await create(alice);
      await put(alice, version, { sessions: Object.fromEntries(Array.from({ length: 2_500 }, (_, n) => [`s${n}`, key('x')])) }, room);
      await alice.ok('DELETE', `${v3}/version/${version}`);
      await alice.refused(404, 'M_NOT_FOUND', 'GET', keysPath(), { query: { version } });
      while ((await stored()) !== 0) await new Promise((resolve) => setImmediate(resolve));
      await put(alice, await create(alice), key('x'), room, 's');
      await alice.ok('POST', '/_matrix/client/v3/account/deactivate', {
        body: { auth: { type: 'm.login.password', identifier: { type: 'm.id.user', user: alice.userId }, password } },
      });
      assert.equal(await stored(), 0);
    });

    test('a restart changes nothing', async () => {
      const alice = await somebody();
      const version = await create(alice);
      const state = await put(alice, version, key('a'), room, 'a');
      hearth = await hearth.restart();
      const later = { ...alice, ...hearth.client.withToken(alice.token) } as Session;
      assert.deepEqual([await stateOf(later, version), await get(later, version, room, 'a')], [state, key('a')]);
    });

    test('what is not of the right form changes nothing', async () => {
      const alice = await somebody();
      const refused = (status: number, code: string, method: string, path: string, body: unknown, query = {}): Promise<unknown> =>
        alice.refused(status, code, method, path, { body, query });
      await refused(400, 'M_MISSING_PARAM', 'POST', `${v3}/version`, { algorithm });
      await refused(400, 'M_MISSING_PARAM', 'POST', `${v3}/version`, { auth_data: authData });
      await refused(400, 'M_INVALID_PARAM', 'POST', `${v3}/version`, { algorithm: '', auth_data: authData });
      await refused(400, 'M_INVALID_PARAM', 'POST', `${v3}/version`, { algorithm: 'x'.repeat(256), auth_data: authData });
      await refused(413, 'M_TOO_LARGE', 'POST', `${v3}/version`, { algorithm, auth_data: { text: 'x'.repeat(65_536) } });
      await alice.refused(404, 'M_NOT_FOUND', 'GET', `${v3}/version`);
      const version = await create(alice);
      for (const method of ['GET', 'PUT', 'DELETE']) {
        await refused(400, 'M_MISSING_PARAM', method, keysPath(), method === 'PUT' ? { rooms: {} } : undefined);
        await hearth.client.refused(401, 'M_MISSING_TOKEN', method, keysPath(), { query: { version } });
      }
      const sessions = { s: key('s') };
      for (const noRoom of ['room', '', '!', '!x\0:hearth.test'])
        await refused(400, 'M_INVALID_PARAM', 'PUT', keysPath(), { rooms: { [room]: { sessions }, [noRoom]: { sessions } } }, { version });
      await refused(400, 'M_INVALID_PARAM', 'PUT', keysPath('room', 's'), key('s'), { version });
      for (const name of ['', 'x'.repeat(256), 'a\0b'])
        await refused(400, 'M_INVALID_PARAM', 'PUT', keysPath(room), { sessions: { ...sessions, [name]: key('s') } }, { version });
      await refused(413, 'M_TOO_LARGE', 'PUT', keysPath(room, 's'), { ...key('s'), session_data: { c: 'x'.repeat(65_536) } }, { version });
      for (const [field, value] of [
        ['first_message_index', -1],
        ['first_message_index', 1.5],
        ['forwarded_count', 2 ** 53],
        ['is_verified', 1],
        ['session_data', 'x'],
        ['session_data', undefined],
      ] as const) {
        const body = { ...key('s'), [field]: value };
        assert.equal((await alice.request('PUT', keysPath(room, 's'), { query: { version }, body })).status, 400, field);
      }
      // A line break in a name hides nothing of what is under it.
      for (const nothing of [null, 1, 'x', []]) {
        await refused(400, 'M_BAD_JSON', 'PUT', keysPath(room), { sessions: { 'a\nb': nothing } }, { version });
        await refused(400, 'M_BAD_JSON', 'PUT', keysPath(), { rooms: { '!a\nb:hearth.test': nothing } }, { version });
      }
      const wrong = [
        ...(await answersToWrongTypes(alice, 'POST', `${v3}/version`, { algorithm, auth_data: {} })),
        ...(await answersToWrongTypes(alice, 'PUT', `${v3}/version/${version}`, { algorithm, auth_data: {}, version })),
        ...(await answersToWrongTypes(alice, 'PUT', `${keysPath()}?version=${version}`, { rooms: { [room]: { sessions } } })),
        ...(await answersToWrongTypes(alice, 'PUT', `${keysPath(room)}?version=${version}`, { sessions })),
        ...(await answersToWrongTypes(alice, 'PUT', `${keysPath(room, 's')}?version=${version}`, key('s'))),
      ];
      assert.deepEqual(
        wrong.filter((answer) => answer.status !== 400),
        [],
      );
      assert.deepEqual(await stateOf(alice, version), { etag: '0', count: 0 });
    });

    test('keys of a request, keys of a backup and backups of an account are bounded', async () => {
      const alice = await somebody();
      const user = (await hearth.server.spine.engine.findUser(alice.userId)) as number;
      const version = await create(alice);
      const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`s${n}`, { ...key('x'), session_data: {} }]));
      await alice.refused(413, 'M_TOO_LARGE', 'PUT', keysPath(), { query: { version }, body: { rooms: { [room]: { sessions: many } } } });
      assert.deepEqual(await stateOf(alice, version), { etag: '0', count: 0 });
      await hearth.server.database.write({ claims: [], statements: [{ run: setCount, params: [user, 999_999] }], stream: [] });
      const sessions = { a: key('a'), b: key('b') };
      await alice.refused(403, 'M_RESOURCE_LIMIT_EXCEEDED', 'PUT', keysPath(room), { query: { version }, body: { sessions } });
      assert.equal((await put(alice, version, key('a'), room, 'a')).count, 1_000_000);
      assert.equal((await put(alice, version, key('better', { is_verified: true }), room, 'a')).count, 1_000_000);
      await hearth.server.database.write({ claims: [], statements: [{ run: setVersion, params: [user, 9_999] }], stream: [] });
      assert.equal(await create(alice), '10000');
      const body = { algorithm, auth_data: authData };
      await alice.refused(403, 'M_RESOURCE_LIMIT_EXCEEDED', 'POST', `${v3}/version`, { body });
    });

    test('N-01: names that mean something to the language are names like all others', async () => {
      const alice = await somebody();
      const version = await create(alice);
      const text = (data: object): string => `{"sessions":{"__proto__":${JSON.stringify(data)},"constructor":${JSON.stringify(data)}}}`;
      await put(alice, version, Buffer.from(text(key('x'))), room);
      await put(alice, version, key('y'), room, '__proto__');
      assert.equal((await stateOf(alice, version)).count, 2);
      assert.deepEqual(await get(alice, version, room, '__proto__'), key('x'));
      assert.equal((await remove(alice, version, room, '__proto__')).count, 1);
    });
  });
}
