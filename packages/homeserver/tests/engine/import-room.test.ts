import assert from 'node:assert/strict';

import type { Engine } from '../../src/engine/engine-in-process.ts';
import type { RoomToImport } from '../../src/engine/import/import-room.ts';
import { fixedEngine } from '../../src/engine/testing/fixed-engine.ts';
import type { ModelEvent } from '../../src/engine/testing/model-room.ts';
import { alice, bob, carol, joining, type Place, placeWithBob } from './place.ts';
import { type JsonValue, type PduEvent, withKey } from '@hearth/protocol';
import { openDatabase, point } from '@hearth/storage';
import { newSqliteDatabase, onEngine, testPorts } from '@hearth/storage/testing';

/*
 * A server takes in a room that it was not in, from what a server in the room says.
 */

const storedEvents = point<{ events: number }>('test-stored-events', 'SELECT COUNT(*) AS events FROM events');

type Guest = { readonly engine: Engine; readonly events: () => Promise<number>; readonly close: () => Promise<void> };

async function guest(): Promise<Guest> {
  const place = newSqliteDatabase();
  const database = await openDatabase(place.url, testPorts('guest'));
  const engine = await fixedEngine(database, 'guest', 'c.test');
  return {
    engine,
    events: async () => (await database.reader.first(storedEvents, []))?.events ?? 0,
    close: async () => {
      await database.close();
      await place.remove();
    },
  };
}

async function bundle({ engine, model, roomId, servers }: Place, event: ModelEvent): Promise<RoomToImport> {
  const head = (await engine.room(roomId)) ?? assert.fail();
  const state = (await engine.currentState(head).all()).map(({ event: one }) => one.pdu);
  const authChain = model.events.slice(0, event.number).filter(({ event: one }) => one.stateKey !== undefined);
  return {
    roomId,
    version: model.rules.version,
    stateEvents: state,
    authChain: authChain.map(({ event: one }) => one.pdu),
    event: event.event.pdu,
    keyOf: servers.keyOf,
  };
}

for (const version of ['1', '6', '10', '12']) {
  onEngine('sqlite', `a room of version ${version} is joined over another server, and the two servers talk`, async ({ database }) => {
    const place = await placeWithBob(database, version);
    const { model } = place;
    const renamed = model.send({ ...joining(bob), content: { membership: 'join', displayname: 'Bob' }, prev: model.leaves });
    await place.receive(renamed);
    const join = model.send({ ...joining(carol), prev: [renamed] });
    const there = await guest();
    const imported = await there.engine.importRoom(await bundle(place, join));
    assert.ok('head' in imported, JSON.stringify(imported, undefined, 1));
    assert.equal(imported.head.joinedMembers, 3);
    await place.receive(join);
    const talk = async (from: Engine, to: Engine, sender: string): Promise<PduEvent> => {
      const { record } = await from.submit(place.roomId, { type: 'm.room.message', sender, content: { body: 'hello' } });
      const [answer] = await to.receive(place.roomId, [record.event.pdu], { keyOf: place.servers.keyOf });
      assert.equal(answer?.verdict, 'accepted', `${answer?.refusal?.reason}`);
      return record.event;
    };
    const first = await talk(there.engine, place.engine, carol);
    const second = await talk(place.engine, there.engine, alice);
    assert.deepEqual([...second.prevEvents], [first.eventId]);
    // State that was only known from the bundle counts: Bob may not name the room, Alice may.
    model.adopt(first);
    model.adopt(second);
    const no = model.send({ sender: bob, type: 'm.room.name', stateKey: '', content: { name: 'x' }, prev: model.leaves });
    const yes = model.send({ sender: alice, type: 'm.room.name', stateKey: '', content: { name: 'y' }, prev: [no] });
    const answers = await there.engine.receive(place.roomId, [no.event.pdu, yes.event.pdu], { keyOf: place.servers.keyOf });
    assert.deepEqual(
      answers.map(({ verdict }) => verdict),
      ['rejected', 'accepted'],
    );
    const head = (await there.engine.room(place.roomId)) ?? assert.fail();
    const ids = (await there.engine.currentState(head).all()).map(({ event }) => event.eventId);
    assert.deepEqual(ids.toSorted(), model.ids(yes.after));
    const again = await there.engine.importRoom(await bundle(place, join));
    assert.ok('rule' in again && again.rule === 'import.known');
    await there.close();
  });
}

onEngine('sqlite', 'EA-03 hostile events in a bundle are left out or the join fails, and nothing of them is kept', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const { model, servers } = place;
  const join = model.send({ ...joining(carol), prev: model.leaves });
  const good = await bundle(place, join);
  const count = new Set([...good.stateEvents, ...good.authChain].map((pdu) => JSON.stringify(pdu))).size;
  const topic = (content: object, roomId?: string) =>
    model.build({ sender: alice, type: 'm.room.topic', stateKey: '', content, prev: [], ...(roomId === undefined ? {} : { roomId }) });
  const byNobody = model.build({ sender: bob, type: 'm.room.name', stateKey: '', content: { name: 'Bobs' }, prev: [place.join] });
  servers.forge = true;
  const forged = model.build({ sender: alice, type: 'm.room.name', stateKey: '', content: { name: 'x' }, prev: [place.join] });
  servers.forge = false;
  const withoutAuth = model.build({
    sender: alice,
    type: 'm.room.name',
    stateKey: '',
    content: {},
    prev: [place.join],
    authEvents: [byNobody],
  });
  const leftOut: readonly JsonValue[] = [
    forged.pdu,
    withKey(topic({ topic: 'unsigned' }).pdu, 'signatures', {}),
    topic({ topic: 'elsewhere' }, '!other:hearth.test').pdu,
    byNobody.pdu,
    withoutAuth.pdu,
    null,
    {},
  ];
  for (const bad of leftOut) {
    const there = await guest();
    const imported = await there.engine.importRoom({ ...good, stateEvents: [bad, ...good.stateEvents] });
    assert.ok('head' in imported, JSON.stringify(bad));
    assert.equal(await there.events(), count + 1, JSON.stringify(bad));
    await there.close();
  }
  const create = { sender: alice, type: 'm.room.create', stateKey: '', prev: [], authEvents: [] };
  const second = model.build({ ...create, content: { room_version: '10', creator: alice } });
  const isCreate = (pdu: JsonValue): boolean => (pdu as { type?: string }).type === 'm.room.create';
  const refused: Readonly<Record<string, RoomToImport>> = {
    'two create events': { ...good, stateEvents: [...good.stateEvents, second.pdu] },
    'a second create event among the auth events': { ...good, authChain: [...good.authChain, second.pdu] },
    'no create event': {
      ...good,
      stateEvents: good.stateEvents.filter((pdu) => !isCreate(pdu)),
      authChain: good.authChain.filter((pdu) => !isCreate(pdu)),
    },
    'EA-20 another version': { ...good, version: '11' },
    'EA-20 a version that nobody knows': { ...good, version: '99' },
    'another room': { ...good, roomId: '!other:hearth.test' },
    'a join without a signature': { ...good, event: withKey(good.event as never, 'signatures', {}) },
    'a state that does not let in': {
      ...good,
      stateEvents: good.stateEvents.filter((pdu) => (pdu as { type?: string }).type !== 'm.room.join_rules'),
    },
    'nothing at all': { ...good, stateEvents: [], authChain: [] },
  };
  const there = await guest();
  for (const [name, one] of Object.entries(refused)) {
    const answer = await there.engine.importRoom(one);
    assert.ok('rule' in answer && answer.reason !== '', name);
    assert.equal(await there.events(), 0, name);
  }
  assert.ok('head' in (await there.engine.importRoom(good)));
  await there.close();
});
