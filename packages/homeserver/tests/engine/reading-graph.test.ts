import assert from 'node:assert/strict';

import type { EventRecord } from '../../src/engine/event-record.ts';
import { EventVisibility } from '../../src/engine/event-visibility.ts';
import { authChainOf } from '../../src/engine/graph/auth-chain.ts';
import { backfillMax, eventsBefore } from '../../src/engine/graph/events-before.ts';
import { missingEvents, missingEventsMax } from '../../src/engine/graph/missing-events.ts';
import { stateIdsAt } from '../../src/engine/graph/state-ids-at.ts';
import { usersOfServer } from '../../src/engine/server-users.ts';
import type { ModelEvent } from '../../src/engine/testing/model-room.ts';
import { alice, bob, carol, joining, type Place, placeWithBob, text } from './place.ts';
import { onEachEngine, onEngine } from '@hearth/storage/testing';

/*
 * What other servers may ask of a room's graph, and how much of it they get.
 */

const ids = (records: readonly EventRecord[] | undefined): string[] => (records ?? assert.fail()).map(({ event }) => event.eventId);
const idsOf = (...events: readonly ModelEvent[]): string[] => events.map(({ event }) => event.eventId);

async function recordOf({ engine }: Place, { event }: ModelEvent): Promise<EventRecord> {
  return (await engine.eventById(event.eventId)) ?? assert.fail();
}

/** A chain of messages by Bob that all arrived. */
async function chainOf(place: Place & { readonly join: ModelEvent }, length: number): Promise<ModelEvent[]> {
  const chain: ModelEvent[] = [];
  for (let index = 0; index < length; index += 1) {
    chain.push(place.model.send({ ...text(bob, `${index}`), prev: [chain.at(-1) ?? place.join] }));
  }
  await place.receive(...chain);
  return chain;
}

onEachEngine('the state before an event and what it rests on are told by their ids', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const { model, engine } = place;
  const join = model.send({ ...joining(carol), prev: model.leaves });
  const said = model.send({ ...text(carol, 'hello'), prev: [join] });
  await place.receive(join, said);
  const told = (await stateIdsAt(engine, await recordOf(place, said))) ?? assert.fail();
  assert.deepEqual(told.stateIds.toSorted(), model.ids(said.before));
  const before = (await stateIdsAt(engine, await recordOf(place, join))) ?? assert.fail();
  assert.deepEqual(before.stateIds.toSorted(), model.ids(join.before));
  const chain = new Set<string>();
  const open = [...model.ids(said.before)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const cited of model.byId(next).event.authEvents) {
      if (!chain.has(cited)) open.push(cited);
      chain.add(cited);
    }
  }
  assert.deepEqual(told.authChainIds.toSorted(), [...chain].toSorted());
});

onEngine(
  'sqlite',
  'the auth chain of a message leads to the beginning, and one that is too long is not told at all',
  async ({ database }) => {
    const place = await placeWithBob(database, '10');
    const { engine, model } = place;
    const [said] = (await chainOf(place, 1)) as [ModelEvent];
    const record = await recordOf(place, said);
    const chain = ids(await authChainOf(engine, [record]));
    const create = model.events.find(({ event }) => event.type === 'm.room.create') ?? assert.fail();
    assert.ok(chain.includes(create.event.eventId) && chain.includes(place.join.event.eventId));
    assert.equal(new Set(chain).size, chain.length);
    assert.ok(!chain.includes(record.event.eventId));
    assert.equal((await authChainOf(engine, [record], chain.length))?.length, chain.length);
    assert.equal(await authChainOf(engine, [record], 1), undefined);
  },
);

onEngine('sqlite', 'history is told from the latest on, each event before those that it follows, up to a limit', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const { engine, model } = place;
  const chain = await chainOf(place, 6);
  const room = (await engine.room(place.roomId))?.number ?? assert.fail();
  const last = idsOf(...chain.slice(-1));
  assert.deepEqual(ids(await eventsBefore(engine, room, last, 3)), idsOf(...chain.slice(-3)).toReversed());
  assert.equal((await eventsBefore(engine, room, last, 1_000)).length, model.events.length);
  assert.deepEqual(await eventsBefore(engine, room, ['$nobody', ...last.map((id) => `${id}x`)], 5), []);
  assert.deepEqual(await eventsBefore(engine, room + 1, last, 5), []);
});

onEngine(
  'sqlite',
  'a gap is filled from its late end, without its ends, what lies behind the early end, and what is too deep',
  async ({ database }) => {
    const place = await placeWithBob(database, '10');
    const { engine } = place;
    const chain = await chainOf(place, 8);
    const room = (await engine.room(place.roomId))?.number ?? assert.fail();
    const gap = { earliest: idsOf(...chain.slice(1, 2)), latest: idsOf(...chain.slice(-1)), limit: 10, minDepth: 0 };
    assert.deepEqual(ids(await missingEvents(engine, room, gap)), idsOf(...chain.slice(2, -1)));
    assert.deepEqual(ids(await missingEvents(engine, room, { ...gap, limit: 2 })), idsOf(...chain.slice(-3, -1)));
    const minDepth = chain[4]?.event.depth ?? 0;
    assert.deepEqual(ids(await missingEvents(engine, room, { ...gap, minDepth })), idsOf(...chain.slice(4, -1)));
    assert.deepEqual(await missingEvents(engine, room + 1, gap), []);
  },
);

onEngine('sqlite', 'an answer has its bound, however much is asked for', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const { engine } = place;
  const chain = await chainOf(place, 110);
  const room = (await engine.room(place.roomId))?.number ?? assert.fail();
  const latest = idsOf(...chain.slice(-1));
  let asked = 0;
  const counting = { eventById: (eventId: string) => ((asked += 1), engine.eventById(eventId)) };
  assert.equal((await eventsBefore(counting, room, latest, 1e9)).length, backfillMax);
  assert.ok(asked <= backfillMax + 1, `${asked}`);
  asked = 0;
  assert.equal((await missingEvents(counting, room, { earliest: [], latest, limit: 1e9, minDepth: 0 })).length, missingEventsMax);
  assert.ok(asked <= missingEventsMax + 2, `${asked}`);
});

onEachEngine('a server gets what its users may read, the rest redacted, and nothing once nobody of it is there', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const { engine, model } = place;
  const room = (await engine.room(place.roomId))?.number ?? assert.fail();
  const visibility = new EventVisibility(engine, { among: () => Promise.resolve(new Map()) });
  const setting = (value: string, prev: readonly ModelEvent[]): ModelEvent =>
    model.send({ sender: alice, type: 'm.room.history_visibility', stateKey: '', content: { history_visibility: value }, prev });
  const shared = model.send({ ...text(alice, 'shared'), prev: model.leaves });
  const joined = setting('joined', [shared]);
  const secret = model.send({ ...text(bob, 'secret'), prev: [joined] });
  const invited = setting('invited', [secret]);
  const invite = model.send({ sender: alice, type: 'm.room.member', stateKey: carol, content: { membership: 'invite' }, prev: [invited] });
  const meanwhile = model.send({ ...text(bob, 'meanwhile'), prev: [invite] });
  const join = model.send({ ...joining(carol), prev: [meanwhile] });
  const said = model.send({ ...text(carol, 'hello'), prev: [join] });
  const all = [shared, joined, secret, invited, invite, meanwhile, join, said];
  await place.receive(...all);
  const records = await Promise.all(all.map((one) => recordOf(place, one)));
  const told = async (server: string): Promise<string> => {
    const given = await visibility.filterForServer(records, await usersOfServer(database.reader, room, server));
    const byId = new Map(given.map((one) => [one.event.eventId, one]));
    return records.map((one) => (byId.has(one.event.eventId) ? (byId.get(one.event.eventId) === one ? 'v' : 'r') : '-')).join('');
  };
  assert.equal(await told('b.test'), 'vvvvvvvv');
  // Shared to all; the change from it is seen too; then only what came after the invite.
  assert.equal(await told('c.test'), 'vvrrvvvv');
  assert.equal(await told('C.test'), '--------');
  assert.equal(await told('%.test'), '--------');
  assert.equal(await told('nobody.test'), '--------');
  const leave = model.send({ sender: carol, type: 'm.room.member', stateKey: carol, content: { membership: 'leave' }, prev: [said] });
  await place.receive(leave);
  assert.equal(await told('c.test'), '--------');
});

onEngine('sqlite', 'what a sender had erased goes only to servers whose users were there', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const { engine, model } = place;
  const room = (await engine.room(place.roomId))?.number ?? assert.fail();
  const said = model.send({ ...text(alice, 'gone'), prev: model.leaves });
  const join = model.send({ ...joining(carol), prev: [said] });
  await place.receive(said, join);
  const record = await recordOf(place, said);
  const visibility = new EventVisibility(engine, { among: () => Promise.resolve(new Map([[record.sender, 1]])) });
  const words = async (server: string): Promise<unknown> => {
    const [given] = await visibility.filterForServer([record], await usersOfServer(database.reader, room, server));
    return given?.event.content['body'];
  };
  assert.deepEqual([await words('b.test'), await words('c.test')], ['gone', undefined]);
});
