import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { MessagesByDevice } from '../../src/to-device/service.ts';
import { quiet } from '../quiet.ts';
import { command, scan } from '@hearth/storage';
import { newPostgresDatabase, type TestDatabase } from '@hearth/storage/testing';
import { answersToWrongTypes, newsOf, type Session, startHearth, type TestHearth } from '@hearth/testkit';

const v3 = '/_matrix/client/v3';
const password = 'correct horse battery';
let transactions = 0;

/** A login costs a password's hash; a hundred of them need not be real. */
const addDevice = command('test-device', 'INSERT INTO devices (usr, device_id, created_ts) VALUES ($1, $2, 0)');

const waitingFor = scan<{ number: number }>('test-waiting', 'SELECT number FROM to_device WHERE device_id = $1');

type Messages = Readonly<Record<string, Readonly<Record<string, object>>>>;
type Event = { readonly type: string; readonly sender: string; readonly content: { readonly n: number } };

const path = (type: string, txnId = `t${(transactions += 1)}`): string => `${v3}/sendToDevice/${type}/${txnId}`;
const send = (from: Session, messages: Messages, txnId?: string): Promise<unknown> =>
  from.ok('PUT', path('m.test', txnId), { body: { messages } });
const events = (body: { to_device?: { events: Event[] } }): Event[] => body.to_device?.events ?? [];
const numbers = (body: { to_device?: { events: Event[] } }): number[] => events(body).map(({ content }) => content.n);
const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, index) => from + index);

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`messages to devices on ${engine}`, () => {
    let hearth: TestHearth;
    let database: TestDatabase | undefined;
    let alice: Session;
    let bob: Session;
    let users = 0;
    /** Somebody for whom nothing waits. */
    const somebody = (): Promise<Session> => hearth.client.register(`user${(users += 1)}`, password);
    const again = (of: Session, deviceId?: string): Promise<Session> =>
      hearth.client.login(of.userId, password, deviceId === undefined ? {} : { device_id: deviceId });

    before(async () => {
      database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
      hearth = await startHearth(database === undefined ? {} : { env: { HEARTH_DATABASE: database.url } });
      alice = await hearth.client.register('alice', password);
      bob = await hearth.client.register('bob', password);
    });
    after(async () => {
      await hearth.stop();
      await database?.remove();
    });

    test('what is delivered while its device logs out waits for nobody, and the others get theirs', async () => {
      const [gone, there] = await Promise.all(['GOING', 'STAYING'].map((deviceId) => again(bob, deviceId)));
      const { database: here, toDevice, spine } = hearth.server;
      const user = (await spine.engine.findUser(bob.userId)) ?? 0;
      // The device was looked up, and ends just before the messages are written.
      const end = command('test-end-device', 'DELETE FROM devices WHERE usr = $1 AND device_id = $2');
      const messages = { [bob.userId]: { GOING: { n: 0 }, STAYING: { n: 1 } } };
      await toDevice.deliver([{ sender: alice.userId, type: 'm.test', messages }], [{ run: end, params: [user, 'GOING'] }]);
      assert.deepEqual(await here.reader.all(waitingFor, ['GOING']), []);
      assert.deepEqual(numbers(await (there as Session).sync()), [1]);
      await (gone as Session).logout();
    });

    test('a message reaches the device that it is for and no other, with its sender and type', async () => {
      const tablet = await again(bob, 'TABLET');
      const { next_batch: since } = await bob.sync();
      const { next_batch: other } = await tablet.sync();
      const { next_batch: own } = await alice.sync();
      await send(alice, { [bob.userId]: { [bob.deviceId]: { n: 1, text: 'a\0😀' } } });
      assert.deepEqual(events(await bob.sync({ since })), [
        { type: 'm.test', sender: alice.userId, content: { n: 1, text: 'a\0😀' } } as object as Event,
      ]);
      assert.deepEqual(newsOf(await tablet.sync({ since: other })), []);
      assert.deepEqual(newsOf(await alice.sync({ since: own })), []);
    });

    test('* is every device of the user, and a device that is named gets what is for it instead', async () => {
      const dora = await somebody();
      const phone = await again(dora);
      const tablet = await again(dora);
      await send(alice, { [dora.userId]: { '*': { n: 1 }, [tablet.deviceId]: { n: 2 } } });
      assert.deepEqual([numbers(await dora.sync()), numbers(await phone.sync()), numbers(await tablet.sync())], [[1], [1], [2]]);
    });

    test('a waiting sync of the device is answered, and one of the user’s other devices waits on', async () => {
      const dora = await somebody();
      const phone = await again(dora);
      const { next_batch: since } = await dora.sync();
      const { next_batch: others } = await phone.sync();
      const answer = dora.sync({ since, timeout: 20_000 });
      const quiet = phone.sync({ since: others, timeout: 20_000 });
      await send(alice, { [dora.userId]: { [dora.deviceId]: { n: 7 } } });
      assert.deepEqual(numbers(await answer), [7]);
      await send(alice, { [dora.userId]: { [phone.deviceId]: { n: 8 } } });
      assert.deepEqual(numbers(await quiet), [8]);
    });

    test('the same token gives the same messages again, until the client has come back with the next one', async () => {
      const dora = await somebody();
      const { next_batch: since } = await dora.sync();
      await send(alice, { [dora.userId]: { [dora.deviceId]: { n: 1 } } });
      const first = await dora.sync({ since });
      await send(alice, { [dora.userId]: { [dora.deviceId]: { n: 2 } } });
      assert.deepEqual(numbers(await dora.sync({ since })), [1, 2]);
      assert.deepEqual(numbers(await dora.sync()), [1, 2], 'a first sync takes nothing away');
      const second = await dora.sync({ since: first.next_batch });
      assert.deepEqual(numbers(second), [2]);
      assert.deepEqual(numbers(await dora.sync({ since })), [2], 'the token acknowledged the first message, not the second');
      await dora.sync({ since: second.next_batch });
      assert.deepEqual([numbers(await dora.sync({ since })), numbers(await dora.sync())], [[], []]);
    });

    test('a client that has nothing new to hear acknowledges too', async () => {
      const dora = await somebody();
      await send(alice, { [dora.userId]: { [dora.deviceId]: { n: 1 } } });
      const { next_batch: since } = await dora.sync();
      assert.deepEqual(newsOf(await dora.sync({ since })), []);
      assert.deepEqual(numbers(await dora.sync()), []);
    });

    test('what is too much for one answer comes in the next ones, in order, each again for its own token', async () => {
      const dora = await somebody();
      const { next_batch: start } = await dora.sync();
      for (const n of upTo(230)) await send(alice, { [dora.userId]: { [dora.deviceId]: { n } } });
      const first = await dora.sync({ since: start, timeout: 20_000 });
      assert.deepEqual(numbers(first), upTo(100));
      const second = await dora.sync({ since: first.next_batch, timeout: 20_000 });
      assert.deepEqual(numbers(second), upTo(200, 100));
      assert.deepEqual(numbers(await dora.sync({ since: first.next_batch })), upTo(200, 100));
      await send(alice, { [dora.userId]: { [dora.deviceId]: { n: 230 } } });
      const third = await dora.sync({ since: second.next_batch, timeout: 20_000 });
      assert.deepEqual(numbers(third), upTo(231, 200));
      assert.deepEqual(newsOf(await dora.sync({ since: third.next_batch })), []);
    });

    test('a first sync with much waiting goes on where it stopped, beside what is new in rooms', async () => {
      const dora = await somebody();
      const room = await dora.createRoom();
      for (const n of upTo(101)) await send(alice, { [dora.userId]: { [dora.deviceId]: { n } } });
      const first = await dora.sync();
      const event = await dora.sendText(room, 'news');
      const second = await dora.sync({ since: first.next_batch });
      assert.deepEqual([numbers(first), numbers(second)], [upTo(100), [100]]);
      assert.deepEqual(
        second.rooms.join[room].timeline.events.map((each: { event_id: string }) => each.event_id),
        [event],
      );
    });

    test('a transaction id is sent once for its device and type, also when both requests come at once', async () => {
      const dora = await somebody();
      const messages = { [dora.userId]: { '*': { n: 1 } } };
      await Promise.all(Array.from({ length: 8 }, () => send(alice, messages, 'same')));
      await send(alice, messages, 'same');
      assert.deepEqual(numbers(await dora.sync()), [1]);
      await alice.ok('PUT', path('m.other', 'same'), { body: { messages } });
      await send(await again(alice), messages, 'same');
      await send(alice, messages, 'other');
      assert.deepEqual(numbers(await dora.sync()), [1, 1, 1, 1]);
    });

    test('a device that ends takes its queue along: a new one of the same name has nothing of it', async () => {
      const dora = await somebody();
      const remove = (deviceId: string): Promise<unknown> =>
        dora.ok('POST', `${v3}/delete_devices`, {
          body: {
            devices: [deviceId],
            auth: { type: 'm.login.password', identifier: { type: 'm.id.user', user: dora.userId }, password },
          },
        });
      for (const end of [
        async (device: Session) => device.logout(),
        async (device: Session) => remove(device.deviceId),
        async (device: Session) => device.ok('POST', `${v3}/logout/all`, { body: {} }),
      ]) {
        const phone = await again(dora, 'PHONE');
        await send(alice, { [dora.userId]: { PHONE: { n: 1 } } });
        await end(phone);
        assert.deepEqual(await hearth.server.database.reader.all(waitingFor, ['PHONE']), [], 'nothing is left behind');
        await send(alice, { [dora.userId]: { PHONE: { n: 2 } } });
        assert.deepEqual(numbers(await (await again(dora, 'PHONE')).sync()), []);
        Object.assign(dora, await again(dora, 'FIRST'));
      }
    });

    test('who is not there, or lives elsewhere, is passed over', async () => {
      const dora = await somebody();
      await send(alice, {
        '@nobody:hearth.test': { '*': { n: 1 } },
        '@somebody:elsewhere.test': { '*': { n: 1 } },
        [dora.userId]: { NOWHERE: { n: 1 }, __proto__: { n: 2 }, constructor: { n: 3 } },
      });
      await send(alice, {});
      assert.deepEqual(numbers(await dora.sync()), []);
    });

    test('a request for 100 devices is one commit, and so are 1,000 messages for them that come together', async () => {
      const people = await Promise.all(upTo(5).map(somebody));
      for (const { userId } of people) {
        const user = (await hearth.server.spine.engine.findUser(userId)) as number;
        const statements = upTo(19).map((n) => ({ run: addDevice, params: [user, `DEVICE${n}`] }));
        await hearth.server.database.write({ claims: [], statements, stream: [] });
      }
      const messages = (n: number): Messages => Object.fromEntries(people.map(({ userId }) => [userId, { '*': { n } }]));
      const { counters } = hearth.server.database;
      // The server writes on its own now and then, when somebody was last seen for instance: of three times the least is what it costs.
      const costOf = async (work: () => Promise<unknown>): Promise<{ commits: number; rows: number; read: number }> => {
        const costs = [];
        for (let count = 0; count < 3; count += 1) {
          await quiet(hearth);
          const before = { ...counters };
          await work();
          costs.push({
            commits: counters.commits - before.commits,
            rows: counters.rowsWritten - before.rowsWritten,
            read: counters.statementsRead - before.statementsRead,
          });
        }
        return costs.reduce((least, cost) => (cost.rows + cost.read < least.rows + least.read ? cost : least));
      };
      const one = await costOf(() => send(alice, messages(0)));
      // There statements are counted: also the one that looks for devices that ended meanwhile.
      const look = engine === 'postgres' ? 1 : 0;
      assert.deepEqual([one.commits, one.rows], [1, 1 + 2 * 100 + look]);
      const sendings = upTo(11, 1).map((n) => ({ sender: alice.userId, type: 'm.test', messages: messages(n) as MessagesByDevice }));
      const many = await costOf(() => hearth.server.toDevice.deliver(sendings));
      assert.deepEqual([many.commits, many.rows], [1, 2 * 1_000 + look]);
      assert.ok(many.read <= 2, `${many.read} statements read`);
      const expected = [0, 0, 0, ...upTo(11, 1), ...upTo(11, 1), ...upTo(11, 1)];
      for (const person of people) assert.deepEqual(numbers(await person.sync()), expected);
    });

    test('the messages of one request are bounded in number and in what they weigh together, counted for each device', async () => {
      const [few, many] = [await somebody(), await somebody()];
      for (const [person, count] of [
        [few, 300],
        [many, 10_000],
      ] as const) {
        const user = (await hearth.server.spine.engine.findUser(person.userId)) as number;
        const statements = upTo(count).map((n) => ({ run: addDevice, params: [user, `DEVICE${n}`] }));
        await hearth.server.database.write({ claims: [], statements, stream: [] });
      }
      const body = (to: Session, text: string): object => ({ messages: { [alice.userId]: { '*': {} }, [to.userId]: { '*': { text } } } });
      await alice.refused(413, 'M_TOO_LARGE', 'PUT', path('m.test'), { body: body(few, 'x'.repeat(60_000)) });
      await alice.refused(413, 'M_TOO_LARGE', 'PUT', path('m.test'), { body: body(many, '') });
      for (const person of [few, many, alice]) assert.deepEqual(events(await person.sync()), []);
      await alice.ok('PUT', path('m.test'), { body: body(few, 'x'.repeat(50_000)) });
      assert.equal(events(await few.sync()).length, 1);
      await alice.sync();
    });

    test('only what is of the right form is sent', async () => {
      const dora = await somebody();
      const messages = { [dora.userId]: { '*': { n: 1 } } };
      const refused = (status: number, code: string, body: unknown, type = 'm.test'): Promise<unknown> =>
        alice.refused(status, code, 'PUT', path(type), { body });
      await refused(400, 'M_MISSING_PARAM', {});
      for (const wrong of [
        [],
        'x',
        1,
        null,
        { [dora.userId]: [] },
        { [dora.userId]: { '*': 'x' } },
        { [dora.userId]: { '*': null } },
        { 'a\nb': null },
      ])
        await refused(400, 'M_BAD_JSON', { messages: wrong });
      await refused(400, 'M_BAD_JSON', { messages: { [dora.userId]: { '*': { n: 1.5 } } } });
      await refused(400, 'M_BAD_JSON', { messages: { [dora.userId]: { 'a\nb': 1 } } });
      for (const nobody of ['dora', '@dora', `@do\0ra:hearth.test`, '']) {
        await refused(400, 'M_INVALID_PARAM', { messages: { ...messages, [nobody]: { '*': {} } } });
      }
      await refused(400, 'M_INVALID_PARAM', { messages }, 'x'.repeat(256));
      await refused(413, 'M_TOO_LARGE', { messages: { ...messages, [bob.userId]: { '*': { text: 'x'.repeat(65_536) } } } });
      await alice.refused(400, 'M_NOT_JSON', 'PUT', path('m.test'), { body: Buffer.from('{') });
      await hearth.client.refused(401, 'M_MISSING_TOKEN', 'PUT', path('m.test'), { body: { messages } });
      const wrong = await answersToWrongTypes(alice, 'PUT', path('m.test'), { messages });
      assert.deepEqual(
        wrong.filter((answer) => answer.status !== 400),
        [],
      );
      assert.deepEqual(numbers(await dora.sync()), [], 'nothing of a refused request is sent');
    });

    // The last one: the sessions of before belong to the server that was stopped.
    test('what was sent survives a restart, and so does what was acknowledged', async () => {
      const dora = await somebody();
      for (const n of upTo(150)) await send(alice, { [dora.userId]: { [dora.deviceId]: { n } } });
      const first = await dora.sync();
      hearth = await hearth.restart();
      const later = hearth.client.withToken(dora.token);
      assert.deepEqual(numbers(await later.sync()), upTo(100));
      const second = await later.sync({ since: first.next_batch });
      assert.deepEqual(numbers(second), upTo(150, 100));
      hearth = await hearth.restart();
      const latest = hearth.client.withToken(dora.token);
      await latest.sync({ since: second.next_batch });
      assert.deepEqual(numbers(await latest.sync()), []);
    });
  });
}
