import assert from 'node:assert/strict';

import type { Engine } from '../../src/engine/engine-in-process.ts';
import type { RoomToImport } from '../../src/engine/import/import-room.ts';
import { silentMsMax } from '../../src/engine/import/unfinished.ts';
import { fixedEngine, fixedNow } from '../../src/engine/testing/fixed-engine.ts';
import { ModelRoom } from '../../src/engine/testing/model-room.ts';
import { OtherServers } from '../../src/engine/testing/other-servers.ts';
import { alice, publicRoom } from '../../src/engine/testing/test-engine.ts';
import { bob, joining, text } from './place.ts';
import { domainOf, type JsonValue } from '@hearth/protocol';
import { type Database, openDatabase, point, type Write } from '@hearth/storage';
import { newSqliteDatabase, onEachEngine, onEngine, testPorts } from '@hearth/storage/testing';

/*
 * A large room is taken in by small commits; until the last of them nobody sees anything of it, whatever happens meanwhile.
 */

const tables = [
  'rooms',
  'events',
  'auth_citers',
  'memberships',
  'room_servers',
  'room_states',
  'state_nodes',
  'room_imports',
  'stream',
] as const;
const counts = tables.map(
  (table) => [table, point<{ rows: number }>(`test-rows-of-${table}`, `SELECT COUNT(*) AS rows FROM ${table}`)] as const,
);

/** How many rows there are of what a room consists of. */
async function rowsIn({ reader }: Database): Promise<Record<string, number>> {
  const rows = await Promise.all(counts.map(async ([table, query]) => [table, Number((await reader.first(query, []))?.rows)] as const));
  return Object.fromEntries(rows.filter(([, count]) => count > 0));
}

/** A room on another server in which so many events are state, and the join of a user of `domain`. */
async function roomElsewhere(events: number, domain = 'c.test'): Promise<RoomToImport & { readonly model: ModelRoom }> {
  const place = newSqliteDatabase();
  const database = await openDatabase(place.url, testPorts('elsewhere'));
  const engine = await fixedEngine(database, 'elsewhere', domainOf(alice));
  const { roomId } = await engine.createRoom(publicRoom('10'));
  const servers = new OtherServers();
  const model = await ModelRoom.of(engine, roomId, servers);
  await database.close();
  await place.remove();
  let last = model.send({ ...joining(bob), prev: model.leaves });
  for (let index = 0; index < events; index += 1) {
    last = model.send({ sender: alice, type: 'x.many', stateKey: `${index}`, content: { index }, prev: [last] });
  }
  const invite = { sender: alice, type: 'm.room.member', stateKey: `@carol:${domain}`, content: { membership: 'invite' } };
  last = model.send({ ...invite, prev: [last] });
  const join = model.send({ ...joining(`@carol:${domain}`), prev: [last] });
  const told = model.events.slice(0, join.number).map(({ event }) => event);
  const state = new Set(model.ids(join.before));
  const part = (isState: boolean): JsonValue[] => told.filter(({ eventId }) => state.has(eventId) === isState).map(({ pdu }) => pdu);
  return { roomId, version: '10', stateEvents: part(true), authChain: part(false), event: join.event.pdu, keyOf: servers.keyOf, model };
}

/** The database as a process sees it that is killed behind so many of its writes: no further one is stored or answered. */
function killedAfter(database: Database, writes: number): { readonly database: Database; readonly killed: Promise<void> } {
  const { promise: killed, resolve } = Promise.withResolvers<void>();
  let done = 0;
  const write = (one: Write): ReturnType<Database['write']> => {
    done += 1;
    if (done <= writes) return database.write(one);
    resolve();
    return new Promise(() => undefined);
  };
  return { database: watched(database, write), killed };
}

function watched(database: Database, write: Database['write']): Database {
  return new Proxy(database, {
    get: (target, name) => {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function visible(engine: Engine, { roomId, model }: { readonly roomId: string; readonly model: ModelRoom }): Promise<boolean> {
  if (await engine.room(roomId)) return true;
  for (const { event } of model.events) if (await engine.eventById(event.eventId)) return true;
  return false;
}

onEachEngine(
  'a process that is killed at any moment of an import leaves nothing to see, and the room can be taken in anew',
  async ({ database }) => {
    const room = await roomElsewhere(130);
    const empty = await rowsIn(database);
    let writes = 1;
    for (; ; writes += 1) {
      const { database: mortal, killed } = killedAfter(database, writes);
      const now = fixedNow + 2 * writes * (silentMsMax + 1);
      const engine = await fixedEngine(mortal, `life ${writes}`, 'c.test', now);
      const outcome = await Promise.race([killed, engine.importRoom(room)]);
      if (outcome) {
        assert.ok('head' in outcome, JSON.stringify(outcome));
        break;
      }
      const next = await fixedEngine(database, `next ${writes}`, 'c.test', now + silentMsMax + 1);
      assert.equal(await visible(next, room), false, `behind ${writes} writes`);
      // Every other time the next import clears up by itself.
      if (writes % 2 === 0) continue;
      await next.removeUnfinishedImports();
      assert.deepEqual(await rowsIn(database), empty, `behind ${writes} writes`);
    }
    assert.ok(writes > 5, `${writes}`);
  },
);

onEngine('sqlite', 'sends in other rooms wait for one small commit of an import, and no commit of it is large', async ({ database }) => {
  const room = await roomElsewhere(600, 'hearth.test');
  let rows = 0;
  let parts = 0;
  const counting = watched(database, (one) => {
    rows = Math.max(rows, one.statements.length);
    parts += 1;
    return database.write(one);
  });
  const engine = await fixedEngine(counting, 'busy');
  const { roomId } = await engine.createRoom(publicRoom('10'));
  let importing = true;
  parts = 0;
  const imported = engine.importRoom(room).finally(() => (importing = false));
  let sends = 0;
  for (; importing; sends += 1) {
    const before = database.counters.groups;
    await engine.submit(roomId, { ...text(alice, `${sends}`), content: { body: `${sends}` } });
    // The commit that was under way, and its own.
    assert.ok(database.counters.groups - before <= 2, `${database.counters.groups - before} groups`);
  }
  assert.ok('head' in (await imported));
  assert.ok(parts - sends > 600 / 100 && sends > 5, `${parts} writes, ${sends} of them sends`);
  assert.ok(rows <= 600, `${rows} statements in one write`);
});

onEngine('sqlite', 'a room is taken in once at a time; who is given up in the middle stores nothing more', async ({ database }) => {
  const room = await roomElsewhere(150);
  const { database: mortal, killed } = killedAfter(database, 4);
  const dead = await fixedEngine(mortal, 'dead', 'c.test');
  void dead.importRoom(room);
  await killed;
  const soon = await fixedEngine(database, 'soon', 'c.test');
  const early = await soon.importRoom(room);
  assert.equal('rule' in early && early.rule, 'import.under_way');
  assert.equal(await soon.removeUnfinishedImports(), 0);
  const [one, other] = await Promise.all(
    [1, 2].map(async () => (await fixedEngine(database, 'late', 'c.test', fixedNow + 61_000)).importRoom(room)),
  );
  const outcomes = [one, other].map((outcome) => (outcome && 'head' in outcome ? 'in' : outcome?.rule));
  assert.ok(outcomes.includes('in') && !outcomes.every((outcome) => outcome === 'in'), outcomes.join());
  assert.equal((await rowsIn(database))['room_imports'], undefined);
});

onEngine('sqlite', 'an import whose part is refused since it was given up takes back what it stored', async ({ database }) => {
  const room = await roomElsewhere(250);
  const empty = await rowsIn(database);
  let done = 0;
  const paused = watched(database, async (one) => {
    done += 1;
    // Another node takes it for dead.
    if (done === 5) await (await fixedEngine(database, 'judge', 'c.test', fixedNow + 61_000)).removeUnfinishedImports();
    return database.write(one);
  });
  const answer = await (await fixedEngine(paused, 'slow', 'c.test')).importRoom(room);
  assert.equal('rule' in answer && answer.rule, 'import.given_up');
  assert.deepEqual(await rowsIn(database), empty);
});

onEngine('sqlite', 'the counts of members are right when the room is there, invites of those who came included', async ({ database }) => {
  const room = await roomElsewhere(120, 'hearth.test');
  const engine = await fixedEngine(database);
  const imported = await engine.importRoom(room);
  assert.ok('head' in imported);
  assert.deepEqual([imported.head.joinedMembers, imported.head.invitedMembers], [3, 0]);
  const state = (await engine.currentState(imported.head).all()).map(({ event }) => event.eventId).toSorted();
  assert.deepEqual(state, room.model.ids(room.model.last.after));
});
