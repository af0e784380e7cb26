import assert from 'node:assert/strict';

import { oneTimeKeys } from '../keys/key-ring.ts';
import { allRooms, clientOf, onEachServer, waiting } from './people.ts';
import { clientPath, type Session, type SlidingBody } from '@hearth/testkit';

const v3 = '/_matrix/client/v3';
const on = (...names: string[]): SlidingBody => ({
  ...allRooms(),
  extensions: Object.fromEntries(names.map((name) => [name, { enabled: true }])),
});
const tell = (from: Session, to: Session, n: number): Promise<unknown> =>
  from.ok('PUT', `${v3}/sendToDevice/m.test/t${n}`, { body: { messages: { [to.userId]: { [to.deviceId]: { n } } } } });

onEachServer('extensions of sliding sync', (it) => {
  it('messages to the device come in order, wait until the client has them, and are told by how many it wants', async ({
    hearth,
    somebody,
  }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const client = clientOf(bob, on('to_device'));
    await client.sync();
    const answer = client.request(20_000);
    await waiting(hearth);
    await tell(alice, bob, 0);
    assert.equal((await answer).body.extensions.to_device.events.length, 1);
    for (const n of [1, 2, 3]) await tell(alice, bob, n);
    const sent = { pos: client.pos, since: client.toDeviceSince };
    assert.equal((await client.sync()).extensions.to_device.events.length, 4);
    // The answer was lost after all: what the client says to have is what counts.
    Object.assign(client, { toDeviceSince: sent.since });
    client.asks = { ...allRooms(), extensions: { to_device: { enabled: true, limit: 3 } } };
    assert.deepEqual(
      (await client.sync()).extensions.to_device.events.map(({ content }: { content: { n: number } }) => content.n),
      [0, 1, 2],
    );
    assert.deepEqual(
      (await client.sync(20_000)).extensions.to_device.events.map(({ content }: { content: { n: number } }) => content.n),
      [3],
    );
    assert.deepEqual((await client.sync()).extensions.to_device.events, []);
    // A client that lost everything but its device starts over: only what it never acknowledged is there.
    const anew = clientOf(bob, on('to_device'));
    await anew.sync();
    assert.deepEqual(anew.toDevice, []);
    client.asks = { extensions: { to_device: { enabled: true } } };
    client.toDeviceSince = 'odd';
    const { status, body } = await client.request();
    assert.deepEqual([status, body.errcode], [400, 'M_INVALID_PARAM']);
  });

  it('counts of keys are in each answer, and changes of devices after the first', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const room = await alice.createRoom({
      preset: 'public_chat',
      initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    });
    const client = clientOf(alice, on('e2ee'));
    const first = await client.sync();
    assert.deepEqual(first.extensions.e2ee.device_unused_fallback_key_types, []);
    assert.equal(first.extensions.e2ee.device_lists, undefined);
    await alice.ok('POST', `${v3}/keys/upload`, { body: { one_time_keys: oneTimeKeys(alice, 3) } });
    await client.syncUntil('the count', () => client.keyCounts['signed_curve25519'] === 3);
    await bob.join(room);
    await client.syncUntil('Bob', () => client.changedDevices.has(bob.userId));
  });

  it('account data comes as a whole, then as it changes, and with a room that is new', async ({ somebody }) => {
    const alice = await somebody();
    const room = await alice.createRoom();
    const put = (path: string, body: object): Promise<unknown> => alice.ok('PUT', `${clientPath`/user/${alice.userId}`}/${path}`, { body });
    const inRoom = (of: string, type: string): string => `rooms/${encodeURIComponent(of)}/account_data/${type}`;
    await put('account_data/m.one', { n: 1 });
    await put(inRoom(room, 'm.in'), { n: 1 });
    const client = clientOf(alice, on('account_data'));
    await client.sync();
    assert.deepEqual([client.accountData.get('m.one'), client.room(room).accountData.get('m.in')], [{ n: 1 }, { n: 1 }]);
    await put('account_data/m.one', { n: 2 });
    const { global, rooms } = (await client.sync()).extensions.account_data;
    assert.deepEqual([global, rooms], [[{ type: 'm.one', content: { n: 2 } }], {}]);
    // Out of the window a known room's data is told all the same; a room that the client does not know waits until it does.
    client.asks = { ...on('account_data'), lists: {} };
    const other = await alice.createRoom();
    await put(inRoom(room, 'm.in'), { n: 2 });
    await put(inRoom(other, 'm.in'), { n: 3 });
    assert.deepEqual(Object.keys((await client.sync()).extensions.account_data.rooms), [room]);
    client.asks = on('account_data');
    await client.sync();
    assert.deepEqual([client.room(room).accountData.get('m.in'), client.room(other).accountData.get('m.in')], [{ n: 2 }, { n: 3 }]);
  });

  it('receipts and typing are told of rooms that are in sight, one event each', async ({ hearth, somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    const root = await alice.sendText(room, 'root');
    const inThread = await alice.send(room, 'm.room.message', {
      msgtype: 'm.text',
      body: 'reply',
      'm.relates_to': { rel_type: 'm.thread', event_id: root },
    });
    const read = (event: string, body: object): Promise<unknown> =>
      bob.ok('POST', clientPath`/rooms/${room}/receipt/m.read/${event}`, { body });
    const client = clientOf(alice, on('receipts', 'typing'));
    await client.sync();
    const answer = client.sync(20_000);
    await waiting(hearth);
    await read(root, {});
    await answer;
    await read(inThread, { thread_id: root });
    const { rooms } = (await client.sync()).extensions.receipts;
    assert.equal(rooms[room].type, 'm.receipt');
    assert.deepEqual(Object.keys(client.room(room).receipts.get(`${root} m.read`) ?? {}), [bob.userId]);
    assert.equal(client.room(room).receipts.get(`${inThread} m.read`)?.[bob.userId]?.['thread_id'], root);
    const typing = (is: boolean): Promise<unknown> =>
      bob.ok('PUT', clientPath`/rooms/${room}/typing/${bob.userId}`, { body: { typing: is, timeout: 20_000 } });
    await typing(true);
    await client.sync();
    assert.deepEqual(client.room(room).typing, [bob.userId]);
    await typing(false);
    await client.sync();
    assert.deepEqual(client.room(room).typing, []);
    // Out of sight nothing is told, and all of it when the room is back.
    client.asks = { ...on('receipts', 'typing'), lists: {} };
    await typing(true);
    const last = await alice.sendText(room, 'last');
    await read(last, {});
    const { extensions } = await client.sync();
    assert.deepEqual([extensions.receipts.rooms, extensions.typing.rooms], [{}, {}]);
    client.asks = on('receipts', 'typing');
    await client.sync();
    assert.ok(client.room(room).receipts.has(`${last} m.read`));
    assert.deepEqual(client.room(room).typing, [bob.userId]);
  });

  it('an extension is about the lists and rooms that it names, and says nothing when it is off', async ({ somebody }) => {
    const [alice, bob] = [await somebody(), await somebody()];
    const [one, two] = [await alice.createRoom({ preset: 'public_chat' }), await alice.createRoom({ preset: 'public_chat' })];
    for (const room of [one, two]) {
      await bob.join(room);
      await bob.ok('PUT', clientPath`/rooms/${room}/typing/${bob.userId}`, { body: { typing: true } });
    }
    const asks = { ...allRooms(), room_subscriptions: { [one]: { timeline_limit: 1 } } };
    for (const [typing, expected] of [
      [{ enabled: true }, [one, two]],
      [{ enabled: true, lists: [] }, [one]],
      [{ enabled: true, lists: ['nothing'], rooms: ['*'] }, [one]],
      [{ enabled: true, lists: [], rooms: [two] }, []],
      [{ enabled: true, lists: ['all'], rooms: [] }, [one, two]],
      [{ enabled: false }, undefined],
      [{}, undefined],
    ] as const) {
      const { extensions } = await clientOf(alice, { ...asks, extensions: { typing } }).sync();
      const told = extensions.typing && Object.keys(extensions.typing.rooms).toSorted();
      assert.deepEqual(told, expected?.toSorted(), JSON.stringify(typing));
    }
  });

  it('threads that one follows or follows no more are told, the newest first', async ({ hearth, somebody }) => {
    const name = 'io.element.msc4308.thread_subscriptions';
    const alice = await somebody();
    const room = await alice.createRoom();
    const [one, two] = [await alice.sendText(room, 'one'), await alice.sendText(room, 'two')];
    const path = (root: string): string =>
      `/_matrix/client/unstable/io.element.msc4306/rooms/${encodeURIComponent(room)}/thread/${encodeURIComponent(root)}/subscription`;
    for (const root of [one, two]) await alice.ok('PUT', path(root), { body: {} });
    const client = clientOf(alice, { ...allRooms(), extensions: { [name]: { enabled: true, limit: 1 } } });
    const first = (await client.sync()).extensions[name];
    assert.deepEqual([Object.keys(first.subscribed[room]), typeof first.prev_batch], [[two], 'string']);
    assert.equal((await client.sync()).extensions[name], undefined);
    const answer = client.sync(20_000);
    await waiting(hearth);
    await alice.ok('DELETE', path(one));
    assert.deepEqual(Object.keys((await answer).extensions[name].unsubscribed[room]), [one]);
  });
});
