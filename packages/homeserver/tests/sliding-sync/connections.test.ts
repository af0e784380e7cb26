import assert from 'node:assert/strict';

import { allRooms, clientOf, ids, onEachServer, password, path, waiting } from './people.ts';
import { scan } from '@hearth/storage';
import { SlidingClient } from '@hearth/testkit';

const count = scan<{ count: number }>('test-sliding-count', `SELECT COUNT(*) AS count FROM sliding_connections WHERE usr = $1`);
const roomCount = scan<{ count: number }>(
  'test-sliding-room-count',
  `SELECT COUNT(*) AS count FROM sliding_rooms WHERE connection IN (SELECT number FROM sliding_connections WHERE usr = $1)`,
);

onEachServer('connections of sliding sync', (it) => {
  it('an answer that was lost is asked for again with the old pos, and holds all of it again', async ({ somebody }) => {
    const alice = await somebody();
    const room = await alice.createRoom();
    const client = clientOf(alice);
    await client.sync();
    const said = [await alice.sendText(room, 'one')];
    const other = await alice.createRoom({ name: 'another' });
    const { body: lost } = await client.request();
    said.push(await alice.sendText(room, 'two'));
    const again = await client.sync();
    assert.deepEqual([ids(again.rooms[room].timeline), again.rooms[other].initial], [said, true]);
    assert.equal(lost.rooms[other].initial, true);
    // Once the client has gone on from an answer, what lies before it is gone, and so is the answer that nobody took.
    await client.sync();
    assert.deepEqual((await client.sync()).rooms, {});
    const { status, body } = await client.request(0, lost.pos);
    assert.deepEqual([status, body.errcode], [400, 'M_UNKNOWN_POS']);
  });

  it('a first answer that was lost is asked for again without pos', async ({ somebody }) => {
    const alice = await somebody();
    const room = await alice.createRoom();
    const client = clientOf(alice);
    const { body: lost } = await client.request();
    assert.equal((await client.sync()).rooms[room].initial, true);
    assert.equal((await client.request(0, lost.pos)).body.errcode, 'M_UNKNOWN_POS');
  });

  it('connections with different names know nothing of each other, nor do those of other devices', async ({ hearth, somebody }) => {
    const alice = await somebody();
    const room = await alice.createRoom();
    const [one, two] = [clientOf(alice, { ...allRooms(), conn_id: 'one' }), clientOf(alice, { ...allRooms(), conn_id: 'two' })];
    await one.sync();
    assert.equal((await two.sync()).rooms[room].initial, true);
    assert.deepEqual((await one.sync()).rooms, {});
    assert.equal((await one.request(0, two.pos)).body.errcode, 'M_UNKNOWN_POS');
    const tablet = await hearth.client.login(alice.userId, password);
    const thief = new SlidingClient(tablet, one.asks);
    assert.equal((await thief.request(0, one.pos)).body.errcode, 'M_UNKNOWN_POS');
    const bob = await somebody();
    assert.equal((await new SlidingClient(bob, one.asks).request(0, one.pos)).body.errcode, 'M_UNKNOWN_POS');
    assert.deepEqual((await one.sync()).rooms, {});
  });

  it('positions that nobody was given are unknown', async ({ somebody }) => {
    const alice = await somebody();
    const client = clientOf(alice);
    await client.sync();
    const pos = client.pos ?? '';
    for (const odd of [
      'x',
      'c1_1_s',
      pos.replace(/^c\d+/, 'c999999'),
      pos.replace(/_\d+_s/, '_99_s'),
      pos.replace(/_s.{8}/, '_sAAAAAAAA'),
      `${pos}0`.repeat(9),
    ]) {
      const { status, body } = await client.request(0, odd);
      assert.deepEqual([status, body.errcode], [400, 'M_UNKNOWN_POS'], odd);
    }
    assert.equal((await client.request()).status, 200);
  });

  it('a new request ends the wait of the one before, which tells nothing', async ({ hearth, somebody }) => {
    const alice = await somebody();
    const room = await alice.createRoom();
    const client = clientOf(alice);
    await client.sync();
    const first = client.request(20_000);
    await waiting(hearth);
    const second = client.sync(20_000);
    assert.deepEqual([(await first).body.pos, (await first).body.rooms], [client.pos, {}]);
    const said = await alice.sendText(room, 'for the second');
    assert.deepEqual(ids((await second).rooms[room].timeline), [said]);
  });

  it('a device has so many connections at most, and what it has goes with it', async ({ hearth, somebody }) => {
    const alice = await somebody();
    await alice.createRoom();
    const { database, spine } = hearth.server;
    const user = (await spine.engine.findUser(alice.userId)) as number;
    const clients = [];
    for (let number = 0; number < 22; number += 1) {
      const client = clientOf(alice, { ...allRooms(), conn_id: `c${number}` });
      await client.sync();
      clients.push(client);
    }
    assert.deepEqual(await database.reader.all(count, [user]), [{ count: 20 }]);
    assert.deepEqual(await database.reader.all(roomCount, [user]), [{ count: 20 }]);
    const news = await alice.createRoom({ name: 'news' });
    assert.equal((await clients[0]?.request())?.body.errcode, 'M_UNKNOWN_POS');
    const told = await clients[21]?.sync();
    assert.equal(told?.rooms[news].initial, true);
    const tablet = await hearth.client.login(alice.userId, password);
    await alice.logout();
    assert.deepEqual(await database.reader.all(count, [user]), [{ count: 0 }]);
    assert.deepEqual(await database.reader.all(roomCount, [user]), [{ count: 0 }]);
    await tablet.logout();
  });

  it('a connection whose rooms are told again and again keeps one row of each', async ({ hearth, somebody }) => {
    const alice = await somebody();
    const rooms = [await alice.createRoom(), await alice.createRoom()];
    const { database, spine } = hearth.server;
    const user = (await spine.engine.findUser(alice.userId)) as number;
    const client = clientOf(alice);
    for (let round = 0; round < 6; round += 1) {
      client.asks = round % 2 === 0 ? allRooms() : { lists: {} };
      for (const room of rooms) await alice.sendText(room, `${round}`);
      await client.sync();
    }
    const [rows] = await database.reader.all(roomCount, [user]);
    assert.ok((rows?.count ?? 99) <= 4, `${rows?.count} rows`);
  });

  it('txn_id comes back, and pos, timeout and set_presence may be in the body', async ({ somebody }) => {
    const alice = await somebody();
    const { pos, txn_id: transaction } = await alice.ok('POST', path, { body: { txn_id: 'mine' } });
    assert.equal(transaction, 'mine');
    const answer = await alice.ok('POST', path, { body: { pos, timeout: 0, set_presence: 'offline' } });
    assert.equal(answer.txn_id, undefined);
  });

  it('a connection goes on after a restart of the server, also from the answer before the last', async ({ somebody, restart }) => {
    const alice = await somebody();
    const room = await alice.createRoom();
    const client = clientOf(alice, allRooms(2, {}, [['m.room.name', '']]));
    await client.sync();
    const other = await alice.createRoom({ name: 'other' });
    await client.request();
    const session = (await restart()).client.withToken(alice.token);
    client.session = session;
    const said = await session.sendText(room, 'after the restart');
    const { rooms } = await client.sync();
    assert.deepEqual([ids(rooms[room].timeline), rooms[room].initial, rooms[other].initial], [[said], undefined, true]);
    assert.deepEqual((await client.sync()).rooms, {});
  });
});
