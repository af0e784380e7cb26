import assert from 'node:assert/strict';

import type { FetchRemote, StateIds } from '../../src/engine/receive/fetch-remote.ts';
import { toldEventsMax } from '../../src/engine/receive/receive-with-state.ts';
import type { Received } from '../../src/engine/receive/received.ts';
import type { ModelEvent } from '../../src/engine/testing/model-room.ts';
import { alice, bob, carol, currentIds, endIds, joining, member, type Place, placeWithBob, text } from './place.ts';
import { type JsonValue, type PduEvent, withKey } from '@hearth/protocol';
import { onEachEngine, onEngine } from '@hearth/storage/testing';

/*
 * An event comes whose predecessors nobody will give us; another server says what the state before it was.
 */

type Told = { readonly ids: StateIds; readonly events: readonly PduEvent[] };

/** What an honest server says of the state before an event. */
function truth({ model }: Place, event: ModelEvent): Told {
  const state = new Set(model.ids(event.before));
  const stateEvents = model.events.slice(0, event.number).filter((one) => one.event.stateKey !== undefined);
  const chain = stateEvents.filter((one) => !state.has(one.event.eventId));
  return {
    ids: { stateIds: [...state], authChainIds: chain.map((one) => one.event.eventId) },
    events: stateEvents.map((one) => one.event),
  };
}

/** A server that says this, and what was asked of it. */
function telling(told: Told | undefined): FetchRemote & { readonly asked: string[] } {
  const asked: string[] = [];
  const byId = new Map<string, JsonValue>(told?.events.map((event) => [event.eventId, event.pdu]));
  return {
    asked,
    stateIds: (_room, eventId) => {
      asked.push(`state_ids ${eventId}`);
      return Promise.resolve(told?.ids);
    },
    state: () => {
      asked.push('state');
      return Promise.resolve(told && [...byId.values()]);
    },
    events: (_room, eventIds) => {
      asked.push(`events ${eventIds.length}`);
      return Promise.resolve(eventIds.map((eventId) => byId.get(eventId)));
    },
  };
}

/** Carol came, named the room and spoke; of all that only what she said last arrives here. */
type Gap = { readonly join: ModelEvent; readonly name: ModelEvent; readonly lost: ModelEvent; readonly said: ModelEvent };

function gapIn({ model }: Place): Gap {
  const join = model.send({ ...joining(carol), prev: model.leaves });
  const name = model.send({ sender: alice, type: 'm.room.name', stateKey: '', content: { name: 'Told' }, prev: [join] });
  const lost = model.send({ ...text(carol, 'lost'), prev: [name] });
  return { join, name, lost, said: model.send({ ...text(carol, 'arrives'), prev: [lost] }) };
}

function judge(place: Place, { event }: Pick<ModelEvent, 'event'>, remote: FetchRemote): Promise<Received> {
  return place.engine.receiveWithState(place.roomId, event.pdu, { keyOf: place.servers.keyOf, remote });
}

onEachEngine('an event whose predecessors cannot be had is judged with the state that is told, once', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const before = await endIds(place);
  const { name, said, join } = gapIn(place);
  const remote = telling(truth(place, said));
  const answer = await judge(place, said, remote);
  assert.equal(answer.verdict, 'accepted', `${answer.refusal?.reason}`);
  assert.deepEqual(remote.asked, [`state_ids ${said.event.eventId}`, 'events 2']);
  // What it follows is not known, so what was an end of the room stays one beside it.
  assert.deepEqual(await endIds(place), [...before, said.event.eventId].toSorted());
  assert.deepEqual(await currentIds(place), place.model.ids(said.after));
  const again = telling(truth(place, said));
  const repeated = await judge(place, said, again);
  assert.deepEqual([repeated.verdict, repeated.repeated, again.asked.length], ['accepted', true, 0]);
  // What came with the state is no part of the timeline, and is there after a restart.
  const { engine } = await place.restarted();
  const shown = await Promise.all([join, name, said].map(async ({ event }) => (await engine.eventById(event.eventId))?.inTimeline));
  assert.deepEqual(shown, [false, false, true]);
  const next = place.model.send({ ...text(bob, 'goes on'), prev: [said] });
  const [after] = await place.receive(next);
  assert.equal(after?.verdict, 'accepted');
});

onEngine(
  'sqlite',
  'known predecessors have their say beside a told state, and the current state changes by resolution only',
  async ({ database }) => {
    const place = await placeWithBob(database, '10');
    const { model } = place;
    const ban = model.send({ ...member(alice, bob, 'ban'), prev: model.leaves });
    const elsewhere = model.send({ ...joining(carol), prev: [place.join] });
    await place.receive(ban);
    const both = model.send({ ...text(carol, 'both'), prev: [ban, elsewhere] });
    // The told state is the one of the lost branch, in which Bob is still there.
    const answer = await judge(place, both, telling(truth(place, { ...both, before: elsewhere.after })));
    assert.equal(answer.verdict, 'accepted', `${answer.refusal?.reason}`);
    assert.deepEqual(await currentIds(place), model.ids(both.after));
    assert.ok((await currentIds(place)).includes(ban.event.eventId));
  },
);

onEngine('sqlite', 'EA-18 what a told state leaves out stays in our state', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const ours = await currentIds(place);
  const { said } = gapIn(place);
  const { events } = truth(place, said);
  const few = events.filter(({ type, stateKey }) => type === 'm.room.create' || stateKey === carol || type === 'm.room.join_rules');
  const answer = await judge(place, said, telling({ ids: { stateIds: few.map(({ eventId }) => eventId), authChainIds: [] }, events }));
  const current = new Set(await currentIds(place));
  assert.deepEqual(
    ours.filter((eventId) => !current.has(eventId)),
    [],
    answer.verdict,
  );
});

onEngine('sqlite', 'EA-16 what was rejected, and what is not in order, is in no state, whoever tells it', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const { model, servers } = place;
  const bobsName = model.send({ sender: bob, type: 'm.room.name', stateKey: '', content: { name: 'Bobs' }, prev: model.leaves });
  const [rejected] = await place.receive(bobsName);
  assert.equal(rejected?.verdict, 'rejected');
  const { said } = gapIn({ ...place, model });
  servers.forge = true;
  const forged = model.build({ sender: alice, type: 'm.room.topic', stateKey: '', content: { topic: 'forged' }, prev: [place.join] });
  servers.forge = false;
  const byNobody = model.build({ sender: carol, type: 'm.room.avatar', stateKey: '', content: {}, prev: [place.join] });
  const honest = truth(place, said);
  const isName = (id: string): boolean => honest.events.some(({ eventId, type }) => eventId === id && type === 'm.room.name');
  const stateIds = [...honest.ids.stateIds.filter((id) => !isName(id)), bobsName.event.eventId, forged.eventId, byNobody.eventId];
  const told = { ids: { ...honest.ids, stateIds }, events: [...honest.events, forged, byNobody] };
  const answer = await judge(place, said, telling(told));
  assert.equal(answer.verdict, 'accepted', `${answer.refusal?.reason}`);
  const current = new Set(await currentIds(place));
  assert.deepEqual(
    [bobsName.event, forged, byNobody].map(({ eventId }) => current.has(eventId)),
    [false, false, false],
  );
  const before = await place.engine.stateAt(answer.record?.room ?? 0, answer.record?.stateBefore ?? 0);
  assert.equal(await before?.get('m.room.name', ''), undefined);
});

onEngine('sqlite', 'who lies about the state gains nothing that the current state does not give', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const { model } = place;
  const ban = model.send({ ...member(alice, bob, 'ban'), prev: model.leaves });
  await place.receive(ban);
  const current = await currentIds(place);
  // Bob pretends to have gone on before the ban, on something that nobody ever sees.
  const hidden = model.send({ ...text(bob, 'hidden'), prev: [place.join] });
  const shown = model.send({ ...text(bob, 'shown'), prev: [hidden] });
  const answer = await judge(place, shown, telling(truth(place, shown)));
  assert.equal(answer.verdict, 'soft-failed');
  assert.deepEqual(await currentIds(place), current);
});

onEngine(
  'sqlite',
  'a state that does not come whole, is too large, has a key twice or no beginning leaves the event incomplete',
  async ({ database }) => {
    const place = await placeWithBob(database, '10');
    const { said, name } = gapIn(place);
    const good = truth(place, said);
    const other = place.model.build({ sender: alice, type: 'm.room.name', stateKey: '', content: { name: 'two' }, prev: [place.join] });
    const create = good.events.find(({ type }) => type === 'm.room.create') ?? assert.fail();
    const wrong: Readonly<Record<string, Told | undefined>> = {
      'nothing at all': undefined,
      'an event does not come': { ...good, events: good.events.filter((event) => event !== name.event) },
      'too many ids': { ...good, ids: { ...good.ids, authChainIds: Array.from({ length: toldEventsMax }, (_, index) => `$${index}`) } },
      'a key twice': { ids: { ...good.ids, stateIds: [...good.ids.stateIds, other.eventId] }, events: [...good.events, other] },
      'no create event': { ...good, ids: { ...good.ids, stateIds: good.ids.stateIds.filter((id) => id !== create.eventId) } },
    };
    const ends = await endIds(place);
    for (const [what, told] of Object.entries(wrong)) {
      const answer = await judge(place, said, telling(told));
      assert.equal(answer.verdict, 'incomplete', what);
      assert.deepEqual([...(answer.missing?.authEvents ?? []), ...(answer.missing?.prevEvents ?? [])].length, 1, what);
      assert.deepEqual(await endIds(place), ends, what);
    }
    const answer = await judge(place, said, telling(good));
    assert.equal(answer.verdict, 'accepted');
  },
);

onEngine(
  'sqlite',
  'nobody is asked about what is no event of the room, is here already, or has its predecessors here',
  async ({ database }) => {
    const place = await placeWithBob(database, '10');
    const { model, join } = place;
    const next = model.send({ ...text(bob, 'next'), prev: model.leaves });
    const { said } = gapIn(place);
    const unsigned = withKey(said.event.pdu, 'signatures', {});
    const remote = telling(truth(place, said));
    const options = { keyOf: place.servers.keyOf, remote };
    const verdicts = [];
    for (const pdu of [unsigned, {}, null, join.event.pdu, next.event.pdu]) {
      verdicts.push((await place.engine.receiveWithState(place.roomId, pdu, options)).verdict);
    }
    assert.deepEqual(verdicts, ['dropped', 'dropped', 'dropped', 'accepted', 'accepted']);
    assert.deepEqual(remote.asked, []);
  },
);

onEngine('sqlite', 'a large state that is not here comes whole, in commits of a bounded size', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const { model } = place;
  let last = model.send({ ...joining(carol), prev: model.leaves });
  for (let index = 0; index < 250; index += 1) {
    last = model.send({ sender: alice, type: 'x.many', stateKey: `${index}`, content: { index }, prev: [last] });
  }
  const said = model.send({ ...text(carol, 'after'), prev: [last] });
  const sizes: number[] = [];
  const write = database.write.bind(database);
  database.write = (one) => {
    sizes.push(one.statements.length);
    return write(one);
  };
  const remote = telling(truth(place, said));
  const answer = await judge(place, said, remote);
  assert.equal(answer.verdict, 'accepted', `${answer.refusal?.reason}`);
  assert.deepEqual(remote.asked.slice(1), ['state']);
  assert.ok(Math.max(...sizes) <= 400, `${Math.max(...sizes)} statements in one write`);
  assert.deepEqual(await currentIds(place), model.ids(said.after));
});
