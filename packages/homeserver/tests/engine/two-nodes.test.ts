import assert from 'node:assert/strict';

import type { Engine } from '../../src/engine/engine-in-process.ts';
import { fixedEngine } from '../../src/engine/testing/fixed-engine.ts';
import { ModelRoom } from '../../src/engine/testing/model-room.ts';
import { OtherServers } from '../../src/engine/testing/other-servers.ts';
import { publicRoom } from '../../src/engine/testing/test-engine.ts';
import { MatrixError } from '../../src/http/errors.ts';
import { alice, bob, joining, text } from './place.ts';
import { type Database, scan, streamKinds } from '@hearth/storage';
import { onEachEngine, onEngine } from '@hearth/storage/testing';

/*
 * Two processes on one PostgreSQL that write to one room and are not told of each other: the revision decides.
 */

const eventRows = scan<{ position: number; event_id: string; depth: number }>(
  'test-event-rows',
  `SELECT stream.position, events.event_id, events.depth FROM stream JOIN events ON events.number = stream.subject
     WHERE stream.room = $1 AND stream.kind = ${streamKinds.event} ORDER BY stream.position`,
);

type Acknowledged = { readonly eventId: string; readonly position: number };

/** Sends until it is acknowledged; a client does the same after a 503. */
async function sendSurely(engine: Engine, roomId: string, body: string): Promise<Acknowledged> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      const { record, position } = await engine.submit(roomId, { type: 'm.room.message', sender: alice, content: { body } });
      return { eventId: record.event.eventId, position };
    } catch (error) {
      if (!(error instanceof MatrixError && error.status === 503)) throw error;
    }
  }
  throw new Error('never acknowledged');
}

async function ordered(database: Database, room: number): Promise<string[]> {
  return (await database.reader.all(eventRows, [room])).map((row) => row.event_id);
}

onEngine(
  'postgres',
  'two nodes that write to one room at once make one chain, in which each acknowledged event is once',
  async ({ database, open }) => {
    const other = await open();
    const nodes = [await fixedEngine(database, 'one'), await fixedEngine(other, 'two')] as const;
    const { roomId, room } = await nodes[0].createRoom(publicRoom('12'));
    const sent = await Promise.all(
      nodes.map(async (node, index) => {
        const acknowledged: Acknowledged[] = [];
        for (let burst = 0; burst < 6; burst += 1) {
          const names = Array.from({ length: 10 }, (_, place) => `${index} ${burst} ${place}`);
          acknowledged.push(...(await Promise.all(names.map((name) => sendSurely(node, roomId, name)))));
        }
        return acknowledged;
      }),
    );
    const all = sent.flat();
    assert.equal(new Set(all.map(({ eventId }) => eventId)).size, 120);
    const rows = await database.reader.all(eventRows, [room]);
    assert.equal(rows.length, 4 + 120);
    assert.ok(database.counters.stale + other.counters.stale > 0, 'the nodes never met');
    // One chain, in the order of positions.
    for (const [index, { event_id: eventId, depth }] of rows.entries()) {
      assert.equal(depth, index + 1);
      const record = await nodes[0].eventById(eventId);
      assert.deepEqual(record?.event.prevEvents, index === 0 ? [] : [rows[index - 1]?.event_id]);
    }
    for (const { eventId, position } of all) assert.equal(rows.find((row) => row.event_id === eventId)?.position, position);
  },
);

onEachEngine(
  'what was built on an event that another node overtook is built again, and cites only events that are there',
  async ({ database }) => {
    const nodes = [await fixedEngine(database, 'one'), await fixedEngine(database, 'two')] as const;
    const { roomId, room } = await nodes[0].createRoom(publicRoom('12'));
    // The first node is not told that the second moves the room by one write; of its own two, the second stands on the first.
    const theirs = await sendSurely(nodes[1], roomId, 'overtakes');
    const ours = await Promise.all(['first', 'second'].map((body) => sendSurely(nodes[0], roomId, body)));
    const rows = await database.reader.all(eventRows, [room]);
    const ids = rows.map((row) => row.event_id);
    const here = new Set(ids);
    assert.deepEqual(
      ids.slice(-3),
      [theirs, ...ours].map(({ eventId }) => eventId),
    );
    const fresh = await fixedEngine(database, 'three');
    for (const eventId of here) {
      for (const prev of (await fresh.eventById(eventId))?.event.prevEvents ?? [])
        assert.ok(here.has(prev), `${eventId} cites ${prev}, which is not here`);
    }
  },
);

onEngine(
  'postgres',
  'one node takes in events of others while the other sends: nothing is lost and the states agree',
  async ({ database, open }) => {
    const other = await open();
    const nodes = [await fixedEngine(database, 'one'), await fixedEngine(other, 'two')] as const;
    const { roomId, room } = await nodes[0].createRoom(publicRoom('12'));
    const servers = new OtherServers();
    const model = await ModelRoom.of(nodes[0], roomId, servers);
    const join = model.send({ ...joining(bob), prev: model.leaves });
    await nodes[0].receive(roomId, [join.event.pdu], { keyOf: servers.keyOf });
    const theirs = [join];
    for (let index = 0; index < 20; index += 1) {
      const prev = [theirs.at(-1) as typeof join];
      theirs.push(model.send(index % 4 === 3 ? { ...joining(`@u${index}:b.test`), prev } : { ...text(bob, `${index}`), prev }));
    }
    const receiving = (async () => {
      for (const { event } of theirs.slice(1)) {
        for (let attempt = 0; ; attempt += 1) {
          const answer = await nodes[0].receive(roomId, [event.pdu], { keyOf: servers.keyOf }).catch((error: unknown) => {
            if (!(error instanceof MatrixError && error.status === 503) || attempt > 20) throw error;
          });
          if (!answer) continue;
          assert.equal(answer[0]?.verdict, 'accepted');
          break;
        }
      }
    })();
    const sent: Acknowledged[] = [];
    for (let index = 0; index < 20; index += 1) sent.push(await sendSurely(nodes[1], roomId, `ours ${index}`));
    await receiving;
    const ids = await ordered(database, room);
    for (const { eventId } of [...sent, ...theirs.map(({ event }) => event)]) assert.equal(ids.filter((id) => id === eventId).length, 1);
    // What each node has in mind may be old until it is told; what is on disk is one room.
    const fresh = await fixedEngine(database, 'three');
    const head = (await fresh.room(roomId)) ?? assert.fail();
    assert.equal(head.joinedMembers, 2 + 5);
    const { record } = await fresh.submit(roomId, { type: 'm.room.message', sender: alice, content: { body: 'end' } });
    const ours = new Set(sent.map(({ eventId }) => eventId));
    const missing = ids.filter((id) => ours.has(id));
    assert.equal(missing.length, 20);
    assert.equal((await fresh.room(roomId))?.extremities[0]?.eventId, record.event.eventId);
    assert.equal((await fresh.room(roomId))?.extremities.length, 1);
  },
);
