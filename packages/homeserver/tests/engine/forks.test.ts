import assert from 'node:assert/strict';

import type { Intent } from '../../src/engine/engine.ts';
import { fixedEngine } from '../../src/engine/testing/fixed-engine.ts';
import { type ModelEvent, type ModelIntent, ModelRoom } from '../../src/engine/testing/model-room.ts';
import { OtherServers } from '../../src/engine/testing/other-servers.ts';
import { publicRoom } from '../../src/engine/testing/test-engine.ts';
import { alice, bob, carol, currentIds, endIds, joining, member, newPlace, type Place, placeOf, placeWithBob, text } from './place.ts';
import type { Random } from '@hearth/kit';
import { seededRandom } from '@hearth/kit/testing';
import { type Database, point, scan, streamKinds } from '@hearth/storage';
import { onEachEngine, onEngine, type TestEngine } from '@hearth/storage/testing';

/*
 * Several servers that write to one room without waiting for each other. The model works out every state in the plainest way; the
 * engine must come to the same, whatever the order of delivery.
 */

type Member = { usr: number; membership: string; event: number };
const membershipsOf = scan<Member>('test-memberships-of', 'SELECT usr, membership, event FROM memberships WHERE room = $1');
const stream = scan<{ kind: number; subject: number }>(
  'test-stream',
  'SELECT kind, subject FROM stream WHERE room IS NOT NULL ORDER BY position',
);
const states = point<{ states: number }>('test-states', 'SELECT COUNT(*) AS states FROM room_states');

onEachEngine('two branches have the state that they resolve to, and the next event of ours joins them', async ({ database }) => {
  const place = await placeWithBob(database);
  const { model, join, engine, roomId } = place;
  const levels = model.send({ sender: alice, type: 'm.room.power_levels', stateKey: '', content: { users: { [bob]: 50 } }, prev: [join] });
  const topic = model.send({ sender: bob, type: 'm.room.topic', stateKey: '', content: { topic: 'by Bob' }, prev: [levels] });
  const name = model.send({ sender: alice, type: 'm.room.name', stateKey: '', content: { name: 'by Alice' }, prev: [levels] });
  const other = model.send({ sender: alice, type: 'm.room.topic', stateKey: '', content: { topic: 'by Alice' }, prev: [name] });
  await place.receive(levels, topic, name, other);
  assert.deepEqual(await endIds(place), [topic.event.eventId, other.event.eventId].toSorted());
  const resolved = model.ids(model.resolved([topic.after, other.after]));
  assert.deepEqual(await currentIds(place), resolved);
  const { record } = await engine.submit(roomId, { type: 'm.room.message', sender: alice, content: { body: 'all together' } });
  assert.equal(record.event.prevEvents.length, 2);
  assert.equal(model.adopt(record.event).allowed, true);
  assert.deepEqual(await endIds(place), [record.event.eventId]);
  const fresh = await place.restarted();
  assert.deepEqual(await currentIds(fresh), resolved);
});

onEachEngine(
  'a member whom a resolution brings in or throws out is one in the tables and counts, and readers are told of the state',
  async ({ database }) => {
    const place = await placeWithBob(database);
    const { model, join, engine, roomId } = place;
    const carolJoins = model.send({ ...joining(carol), prev: [join] });
    await place.receive(carolJoins);
    // On one branch Alice closes the room and kicks Carol; on the other Carol changes her name, unaware.
    const kick = model.send({ ...member(alice, carol, 'leave'), prev: [carolJoins] });
    const renamed = model.send({
      sender: carol,
      type: 'm.room.member',
      stateKey: carol,
      content: { membership: 'join', displayname: 'C' },
      prev: [carolJoins],
    });
    await place.receive(renamed);
    assert.equal((await engine.room(roomId))?.joinedMembers, 3);
    const [answer] = await place.receive(kick);
    assert.equal(answer?.verdict, 'accepted');
    const inState = model.inState(model.resolved([kick.after, renamed.after]), 'm.room.member', carol);
    const isIn = inState?.content['membership'] === 'join';
    const head = await engine.room(roomId);
    assert.equal(head?.joinedMembers, isIn ? 3 : 2);
    const user = await engine.internUser(carol);
    const row = (await database.reader.all(membershipsOf, [head?.number ?? 0])).find(({ usr }) => usr === user);
    assert.equal(row?.membership, isIn ? 'join' : 'leave');
    assert.equal((await engine.event(row?.event ?? 0))?.event.eventId, inState?.eventId);
    const rows = await database.reader.all(stream, []);
    const last = rows.findLastIndex(({ kind }) => kind === streamKinds.event);
    const told = rows.slice(last).findLast(({ kind }) => kind === streamKinds.state)?.subject;
    const record = await engine.event(rows[last]?.subject ?? 0);
    assert.equal(told ?? record?.stateAfter, head?.state);
  },
);

/** What random servers do; each builds on what it has seen. */
function randomHistory(model: ModelRoom, random: Random, size: number): ModelEvent[] {
  const users = [alice, bob, carol];
  const made: ModelEvent[] = [];
  let seen: ModelEvent[] = [...model.leaves];
  const send = (intent: Omit<ModelIntent, 'prev'>, prev: readonly ModelEvent[]): ModelEvent => {
    const event = model.send({ ...intent, prev });
    made.push(event);
    return event;
  };
  for (const user of [bob, carol]) seen = [send(joining(user), seen)];
  const levels = { users: { [bob]: 50, [carol]: 50, ...(model.rules.privilegedCreators ? {} : { [alice]: 100 }) } };
  seen = [send({ sender: alice, type: 'm.room.power_levels', stateKey: '', content: levels }, seen)];
  // Each server's own ends of the room.
  const ends = new Map(users.map((user) => [user, seen]));
  while (made.length < size) {
    const user = users[random.integer(users.length)] as string;
    const heard = users[random.integer(users.length)] as string;
    const mine = ends.get(user) ?? seen;
    const prev = random.integer(3) === 0 ? [...new Set([...mine, ...(ends.get(heard) ?? [])])] : mine;
    ends.set(user, [send(randomIntent(user, users, random, made.length), prev)]);
  }
  return made;
}

function randomIntent(user: string, users: readonly string[], random: Random, index: number): Omit<ModelIntent, 'prev'> {
  const other = users[random.integer(users.length)] as string;
  switch (random.integer(8)) {
    case 0:
      return { sender: user, type: 'm.room.topic', stateKey: '', content: { topic: `${index}` } };
    case 1:
      return { sender: user, type: 'm.room.name', stateKey: '', content: { name: `${index}` } };
    case 2:
      return {
        sender: user,
        type: 'm.room.power_levels',
        stateKey: '',
        content: { users: { [other]: random.integer(3) * 50, [user]: 50 } },
      };
    case 3:
      return member(user, other, ['ban', 'leave', 'invite'][random.integer(3)] as string);
    case 4:
      return joining(user);
    case 5:
      return {
        sender: user,
        type: 'm.room.join_rules',
        stateKey: '',
        content: { join_rule: random.integer(2) === 0 ? 'invite' : 'public' },
      };
    default:
      return text(user, `${index}`);
  }
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const order = [...items];
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = random.integer(index + 1);
    [order[index], order[other]] = [order[other] as Item, order[index] as Item];
  }
  return order;
}

/** Delivers in handfuls, again and again what could not be judged yet; now and then the engine starts anew. */
async function deliver(place: Place, events: readonly ModelEvent[], random: Random): Promise<Place> {
  const waiting = shuffled(events, random);
  let at = place;
  for (let round = 0; waiting.length > 0; round += 1) {
    assert.ok(round < 500, 'the events never became complete');
    const handful = waiting.splice(0, 1 + random.integer(6));
    const answers = await at.receive(...handful);
    for (const [index, { verdict, repeated, refusal }] of answers.entries()) {
      const event = handful[index] as ModelEvent;
      if (verdict === 'incomplete') waiting.push(event);
      else if (!repeated) assert.equal(verdict === 'rejected', !event.allowed, `${event.number} is ${verdict}: ${refusal?.reason}`);
    }
    if (random.integer(8) === 0) at = await at.restarted();
  }
  return at;
}

/** Accepted events that no accepted one follows, also over such as were not accepted. */
async function leavesOf({ engine, model }: Place): Promise<string[]> {
  const accepted = new Set<string>();
  for (const { event } of model.events) if ((await engine.eventById(event.eventId))?.verdict === 'accepted') accepted.add(event.eventId);
  const followed = new Set<string>();
  const follow = (event: ModelEvent): void => {
    for (const id of event.event.prevEvents) {
      if (accepted.has(id)) followed.add(id);
      else follow(model.byId(id));
    }
  };
  for (const event of model.events) if (accepted.has(event.event.eventId)) follow(event);
  return [...accepted].filter((id) => !followed.has(id)).toSorted();
}

type Histories = { readonly version: string; readonly seeds: readonly string[]; readonly size: number; readonly members?: number };

async function fromAnywhere({ database }: TestEngine, { version, seeds, size, members }: Histories): Promise<void> {
  for (const seed of seeds) {
    for (const order of ['a', 'b']) {
      const what = `seed ${seed}, order ${order}`;
      const place = await freshPlace(database, version, what, members);
      const made = randomHistory(place.model, seededRandom(seed), size);
      const at = await deliver(place, made, seededRandom(what));
      // MD-24: the ends of the room are the leaves of its graph.
      assert.deepEqual(await endIds(at), await leavesOf(at), `${what}: ends`);
      await checkCurrent(at, what);
      // The model knows of no order, so all orders come to the same.
      at.model.send({ ...text(alice, 'merge'), prev: at.model.leaves.slice(0, 20) });
      await at.receive(at.model.last);
      for (const { number, event, before, after } of at.model.events) {
        const record = await at.engine.eventById(event.eventId);
        assert.ok(record, `${what}: event ${number} is lost`);
        if (record.stateBefore === null) continue;
        assert.deepEqual(await stateIds(at, record.stateBefore), at.model.ids(before), `${what}: before ${number}`);
        assert.deepEqual(await stateIds(at, record.stateAfter ?? 0), at.model.ids(after), `${what}: after ${number}`);
      }
    }
  }
}

/** The current state, the counts and the tables of members all say the same. */
async function checkCurrent({ engine, database, model, roomId }: Place, what: string): Promise<void> {
  const head = await engine.room(roomId);
  assert.ok(head);
  const ends = head.extremities.map(({ eventId }) => model.byId(eventId).after);
  const expected = model.resolved(ends);
  const current = await stateIds({ engine, roomId }, head.state);
  assert.deepEqual(current, model.ids(expected), `${what}: current state`);
  const members = [...expected.values()].map((number) => model.events[number]?.event).filter((event) => event?.type === 'm.room.member');
  const joined = members.filter((event) => event?.content['membership'] === 'join').length;
  assert.equal(head.joinedMembers, joined, `${what}: joined members`);
  for (const event of members) {
    const user = await engine.internUser(event?.stateKey ?? '');
    const row: Member | undefined = (await database.reader.all(membershipsOf, [head.number])).find(({ usr }) => usr === user);
    assert.equal(row?.membership, event?.content['membership'], `${what}: ${event?.stateKey}`);
    assert.equal((await engine.event(row?.event ?? 0))?.event.eventId, event?.eventId, `${what}: ${event?.stateKey}`);
  }
}

async function stateIds({ engine, roomId }: Pick<Place, 'engine' | 'roomId'>, state: number): Promise<string[]> {
  if (state === 0) return [];
  const head = await engine.room(roomId);
  const view = await engine.stateAt(head?.number ?? 0, state);
  return ((await view?.all()) ?? []).map(({ event }) => event.eventId).toSorted();
}

/** The same room again would have the same id: each place begins at a time of its own. */
let places = 0;
async function freshPlace(database: Database, version: string, seed: string, members = 0): Promise<Place> {
  places += 1;
  const engine = await fixedEngine(database, seed);
  const { roomId } = await engine.createRoom({ ...publicRoom(version), originServerTs: 1_600_000_000_000 + places });
  const crowd = Array.from({ length: members }, (_, index) => joining(`@u${index}:hearth.test`) as Intent);
  for (let start = 0; start < members; start += 100) await engine.submitAll(roomId, crowd.slice(start, start + 100));
  const servers = new OtherServers();
  return placeOf(engine, database, await ModelRoom.of(engine, roomId, servers), servers);
}

for (const version of ['1', '2', '10', '12']) {
  const seeds = ['one', 'two', 'three', 'four'].map((seed) => `${version} ${seed}`);
  onEngine(
    'sqlite',
    `MD-24 whatever the order of delivery, a room of version ${version} has the same states and the leaves as its ends`,
    (t) => fromAnywhere(t, { version, seeds, size: 30 }),
  );
}
for (const version of ['2', '12']) {
  onEngine('sqlite', `MD-24 the same in a larger room of version ${version}, where the index of citing events is asked`, (t) =>
    fromAnywhere(t, { version, seeds: [`larger ${version}`], size: 30, members: 250 }),
  );
}
onEngine('postgres', 'MD-24 the same on PostgreSQL', (t) =>
  fromAnywhere(t, { version: '12', seeds: ['postgres'], size: 30, members: 210 }),
);

onEachEngine('more branches than one event may follow are joined by several, each judged by the state before it', async ({ database }) => {
  const place = await newPlace(database);
  const { model, engine, roomId } = place;
  const start = model.leaves;
  const branches = Array.from({ length: 45 }, (_, index) => model.send({ ...joining(`@u${index}:b.test`), prev: start }));
  await place.receive(...branches);
  assert.equal((await engine.room(roomId))?.extremities.length, 45);
  assert.equal((await engine.room(roomId))?.joinedMembers, 46);
  for (const left of [26, 7, 1]) {
    const { record } = await engine.submit(roomId, { type: 'm.room.message', sender: alice, content: { body: 'join' } });
    assert.equal(model.adopt(record.event).allowed, true);
    assert.equal((await engine.room(roomId))?.extremities.length, left);
  }
  assert.equal((await engine.room(roomId))?.joinedMembers, 46);
});

onEngine('sqlite', 'messages on branches make no states: equal states are one', async ({ database }) => {
  const place = await placeWithBob(database);
  const count = async (): Promise<number> => (await database.reader.first(states, []))?.states ?? 0;
  const before = await count();
  const one = place.model.send({ ...text(bob, 'one'), prev: [place.join] });
  const two = place.model.send({ ...text(alice, 'two'), prev: [place.join] });
  const both = place.model.send({ ...text(alice, 'both'), prev: [one, two] });
  await place.receive(one, two, both);
  assert.equal(await count(), before);
});
