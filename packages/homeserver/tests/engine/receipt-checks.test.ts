import assert from 'node:assert/strict';

import type { EventRecord } from '../../src/engine/event-record.ts';
import { fixedEngine } from '../../src/engine/testing/fixed-engine.ts';
import { ModelRoom } from '../../src/engine/testing/model-room.ts';
import { OtherServers } from '../../src/engine/testing/other-servers.ts';
import { publicRoom } from '../../src/engine/testing/test-engine.ts';
import { alice, bob, currentIds, endIds, joining, member, newPlace, type Place, placeWithBob, text } from './place.ts';
import { jsonObject, type JsonValue, verifyKeyOf, withKey } from '@hearth/protocol';
import { point } from '@hearth/storage';
import { onEachEngine, onEngine } from '@hearth/storage/testing';

/*
 * Each check on receipt of an event, alone: what it stops, with which verdict, and what is left of it.
 */

const storedEvents = point<{ events: number }>('test-stored-events', 'SELECT COUNT(*) AS events FROM events');
const refusalOf = point<{ refusal: string | null }>('test-refusal', 'SELECT refusal FROM events WHERE event_id = $1');
const inTimeline = point<{ event_id: string }>('test-timeline', 'SELECT event_id FROM events WHERE in_timeline = 1 ORDER BY depth, number');

async function stored({ database }: Place): Promise<number> {
  return (await database.reader.first(storedEvents, []))?.events ?? 0;
}

onEachEngine('what another server sends in good order is accepted and seen', async ({ database }) => {
  const place = await newPlace(database);
  const join = place.model.send({ ...joining(bob), prev: place.model.leaves });
  const hello = place.model.send({ ...text(bob, 'hello'), prev: [join] });
  const answers = await place.receive(join, hello);
  assert.deepEqual(
    answers.map(({ verdict, repeated }) => ({ verdict, repeated })),
    [
      { verdict: 'accepted', repeated: false },
      { verdict: 'accepted', repeated: false },
    ],
  );
  const head = await place.engine.room(place.roomId);
  assert.equal(head?.joinedMembers, 2);
  assert.deepEqual(await endIds(place), [hello.event.eventId]);
  assert.deepEqual(await currentIds(place), place.model.ids(place.model.last.after));
  const read = await place.engine.eventById(hello.event.eventId);
  assert.equal(read?.event.content['body'], 'hello');
  assert.equal(read?.inTimeline, true);
  const again = await place.receive(hello);
  assert.equal(again[0]?.repeated, true);
  assert.equal(again[0]?.verdict, 'accepted');
  const { record } = await place.engine.submit(place.roomId, { type: 'm.room.message', sender: alice, content: { body: 'hello, Bob' } });
  assert.deepEqual(record.event.prevEvents, [hello.event.eventId]);
});

onEachEngine('EA-05 what does not carry the signature of its server is dropped, and nothing is signed for it', async ({ database }) => {
  const place = await placeWithBob(database);
  const before = await stored(place);
  const good = place.model.build({ ...text(bob, 'x'), prev: place.model.leaves });
  place.servers.forge = true;
  const forged = place.model.build({ ...text(bob, 'x'), prev: place.model.leaves });
  place.servers.forge = false;
  const ours = (await place.engine.eventById(place.model.events[0]!.event.eventId))!;
  const signatures = ours.event.pdu.signatures as JsonValue;
  const bad: readonly JsonValue[] = [
    forged.pdu,
    withKey(good.pdu, 'signatures', {}),
    // Another server's signature, and the right one under another server's name.
    withKey(good.pdu, 'signatures', signatures),
    withKey(good.pdu, 'signatures', { 'c.test': (good.pdu.signatures as Record<string, JsonValue>)['b.test'] as JsonValue }),
    withKey(good.pdu, 'sender', alice),
    withKey(good.pdu, 'depth', 1),
  ];
  const answers = await place.engine.receive(place.roomId, bad, { keyOf: place.servers.keyOf });
  for (const [index, { verdict, refusal }] of answers.entries()) {
    assert.equal(verdict, 'dropped', `event ${index}`);
    assert.equal(refusal?.rule, 'signature', `event ${index}`);
  }
  assert.equal(await stored(place), before);
});

onEngine(
  'sqlite',
  'EA-07 from room version 5 on a key counts only within its time, and an ended one never after it',
  async ({ database }) => {
    for (const [version, late, expected] of [
      ['4', { validUntilTs: 1 }, 'accepted'],
      ['5', { validUntilTs: 1 }, 'dropped'],
      ['12', { validUntilTs: 1 }, 'dropped'],
      ['12', {}, 'dropped'],
      ['4', { expiredTs: 1 }, 'dropped'],
      ['12', { expiredTs: 4_000_000_000_000 }, 'accepted'],
    ] as const) {
      const engine = await fixedEngine(database, `${version} ${JSON.stringify(late)}`);
      const servers = new OtherServers();
      const { roomId } = await engine.createRoom({
        ...publicRoom(version),
        originServerTs: 1_000 + Number(version) + JSON.stringify(late).length,
      });
      const model = await ModelRoom.of(engine, roomId, servers);
      const join = model.send({ ...joining(bob), prev: model.leaves });
      const keyOf = (serverName: string) => ({ key: verifyKeyOf(servers.keyFor(serverName)), validity: late });
      const [answer] = await engine.receive(roomId, [join.event.pdu], { keyOf });
      assert.equal(answer?.verdict, expected, `version ${version}, ${JSON.stringify(late)}: ${answer?.refusal?.reason}`);
    }
  },
);

onEachEngine('an event whose content was changed on the way is taken in without its content', async ({ database }) => {
  const place = await placeWithBob(database);
  const good = place.model.send({ ...text(bob, 'what Bob said'), prev: place.model.leaves });
  const changed = withKey(good.event.pdu, 'content', { msgtype: 'm.text', body: 'what Bob did not say' });
  const [answer] = await place.engine.receive(place.roomId, [changed], { keyOf: place.servers.keyOf });
  assert.equal(answer?.verdict, 'accepted');
  assert.equal(answer.eventId, good.event.eventId);
  const fresh = await place.restarted();
  assert.deepEqual(Object.keys((await fresh.engine.eventById(good.event.eventId))?.event.content ?? { none: 1 }), []);
});

onEachEngine(
  'EA-26 the checks by auth events, by the state before and by the current state land as rejected, rejected and soft-failed',
  async ({ database }) => {
    const place = await placeWithBob(database);
    const { model, join } = place;
    const levels = model.inState(join.after, 'm.room.power_levels', '')!;
    // Check 4: its own auth events do not make Bob a member. The state before would.
    const byAuth = model.build({ ...text(bob, 'who am I'), prev: [join], authEvents: [levels] });
    // Check 5: the auth events say member, but the state before is that after Bob has left.
    const leave = model.send({ ...member(bob, bob, 'leave'), prev: [join] });
    const byBefore = model.build({ ...text(bob, 'gone but here'), prev: [leave], authEvents: [levels, join.event] });
    // Check 6: Alice bans Bob; on another branch, from before, Bob speaks on.
    const answers = await place.receive(leave, byAuth, byBefore);
    assert.deepEqual(
      answers.map(({ verdict }) => verdict),
      ['accepted', 'rejected', 'rejected'],
    );
    assert.ok(answers[1]?.refusal?.reason);
    const back = model.send({ ...joining(bob), prev: [leave] });
    await place.receive(back);
    const ban = await place.engine.submit(place.roomId, {
      type: 'm.room.member',
      sender: alice,
      stateKey: bob,
      content: { membership: 'ban' },
    });
    const late = model.send({ ...text(bob, 'you cannot ban me'), prev: [back] });
    const [soft] = await place.receive(late);
    assert.equal(soft?.verdict, 'soft-failed');
    // Soft-failed is no end of the room and not in its timeline, rejected neither; all are kept with the reason.
    assert.deepEqual(await endIds(place), [ban.record.event.eventId]);
    const timeline = (await database.reader.all(inTimeline, [])).map((row) => row.event_id);
    for (const { eventId } of [byAuth, byBefore, late.event]) {
      assert.ok(!timeline.includes(eventId));
      const row = await database.reader.first(refusalOf, [eventId]);
      assert.match(row?.refusal ?? '', /^[\w.]+ \w+/);
    }
    assert.ok(timeline.includes(back.event.eventId));
    assert.equal((await place.engine.eventById(byAuth.eventId))?.verdict, 'rejected');
  },
);

onEachEngine('what cites something that is not here is judged when that has come', async ({ database }) => {
  const place = await placeWithBob(database);
  const one = place.model.send({ ...text(bob, 'one'), prev: place.model.leaves });
  const name = place.model.send({
    sender: alice,
    type: 'm.room.power_levels',
    stateKey: '',
    content: { users: { [bob]: 50 } },
    prev: [one],
  });
  // Alice is ours; her event came over another server, which is nothing unusual.
  const topic = place.model.send({ sender: bob, type: 'm.room.topic', stateKey: '', content: { topic: 'x' }, prev: [name] });
  const before = await stored(place);
  const [early] = await place.receive(topic);
  assert.equal(early?.verdict, 'incomplete');
  assert.deepEqual(early?.missing, { authEvents: [name.event.eventId], prevEvents: [] });
  const [waiting] = await place.receive(name);
  assert.deepEqual(waiting?.missing, { authEvents: [], prevEvents: [one.event.eventId] });
  assert.equal(await stored(place), before);
  const answers = await place.receive(topic, name, one);
  assert.deepEqual(
    answers.map(({ verdict }) => verdict),
    ['accepted', 'accepted', 'accepted'],
  );
  assert.deepEqual(await currentIds(place), place.model.ids(topic.after));
});

onEachEngine('EA-12 an event that cites an event of another room is rejected, by auth events and by predecessors', async ({ database }) => {
  for (const version of ['10', '12']) {
    const place = await placeWithBob(database, version);
    const other = await place.engine.createRoom({ ...publicRoom(version), originServerTs: 1_600_000_000_000 });
    const elsewhere = await place.engine.room(other.roomId);
    const foreign = (await place.engine.currentState(elsewhere!).get('m.room.join_rules', ''))!.event;
    const foreignLevels = (await place.engine.currentState(elsewhere!).get('m.room.power_levels', ''))!.event;
    const cited = place.model.inState(place.join.after, 'm.room.power_levels', '')!;
    const auth = [...(version === '10' ? [place.model.events[0]!.event] : []), foreignLevels, place.join.event];
    const one = place.model.build({ ...text(bob, 'x'), prev: [place.join], authEvents: auth });
    const good = auth.with(auth.indexOf(foreignLevels), cited);
    const two = place.model.build({ ...text(bob, 'y'), prev: [{ ...place.join, event: foreign }], authEvents: good });
    const answers = await place.receive(one, two);
    assert.deepEqual(
      answers.map(({ verdict }) => verdict),
      ['rejected', 'rejected'],
      version,
    );
    assert.match(answers[1]?.refusal?.rule ?? '', /other_room/);
    // And an event of another room does not come in under this one's name.
    const [dropped] = await place.engine.receive(place.roomId, [foreign.pdu], { keyOf: place.servers.keyOf });
    assert.equal(dropped?.verdict, 'dropped');
  }
});

onEachEngine('EA-16 a rejected event never enters the state, whoever cites it and however often it comes', async ({ database }) => {
  const place = await placeWithBob(database);
  const { model } = place;
  // Bob has no power to name the room.
  const name = model.send({ sender: bob, type: 'm.room.name', stateKey: '', content: { name: 'Bobs' }, prev: model.leaves });
  assert.equal(name.allowed, false);
  assert.equal((await place.receive(name))[0]?.verdict, 'rejected');
  assert.equal((await place.receive(name))[0]?.verdict, 'rejected');
  const after = model.send({ ...text(bob, 'it is mine'), prev: [name] });
  const levels = model.inState(name.after, 'm.room.power_levels', '')!;
  const byIt = model.build({ ...text(bob, 'see'), prev: [after], authEvents: [levels, place.join.event, name.event] });
  const [follows, cites] = await place.receive(after, byIt);
  assert.equal(follows?.verdict, 'accepted');
  assert.equal(cites?.verdict, 'rejected');
  // All else in its place would allow it.
  const own = model.send({ sender: bob, type: 'm.room.power_levels', stateKey: '', content: { users: { [bob]: 100 } }, prev: [after] });
  const byOwn = model.build({ ...text(bob, 'I may'), prev: [after], authEvents: [place.join.event, own.event] });
  assert.deepEqual(
    (await place.receive(own, byOwn)).map(({ verdict }) => verdict),
    ['rejected', 'rejected'],
  );
  assert.deepEqual(await endIds(place), [after.event.eventId]);
  const fork = model.send({ ...text(bob, 'another branch'), prev: [place.join] });
  await place.receive(fork);
  const { record } = await place.engine.submit(place.roomId, { type: 'm.room.message', sender: alice, content: { body: 'merge' } });
  assert.deepEqual(record.event.prevEvents.toSorted(), [after.event.eventId, fork.event.eventId].toSorted());
  assert.ok(!(await currentIds(place)).includes(name.event.eventId));
  const fresh = await place.restarted();
  assert.ok(!(await currentIds(fresh)).includes(name.event.eventId));
});

onEachEngine('EA-20 the room version is the stored one, whatever a create event claims', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const { model } = place;
  const create = { sender: alice, type: 'm.room.create', stateKey: '', prev: [], authEvents: [], depth: 1 };
  const claim = model.build({ ...create, content: { room_version: '1', creator: alice } });
  const second = model.build({ ...create, content: { room_version: '10', creator: alice } });
  for (const event of [claim, second]) assert.equal((await place.receive(event))[0]?.verdict, 'rejected');
  const onIt = model.build({
    ...text(alice, 'in my room'),
    prev: [{ ...model.events[0]!, event: second }],
    authEvents: [second],
    depth: 2,
  });
  assert.equal((await place.receive(onIt))[0]?.verdict, 'rejected');
  const fresh = await place.restarted();
  assert.equal((await fresh.engine.room(place.roomId))?.rules.version, '10');
  // A number that version 10 does not know.
  const parsed: JsonValue = withKey(model.build({ ...text(bob, 'x'), prev: [place.join] }).pdu, 'content', { half: 0.5 });
  const [dropped] = await fresh.receive({ ...place.join.event, pdu: parsed as never });
  assert.equal(dropped?.verdict, 'dropped');
});

onEngine('sqlite', 'a rejected event that came before its predecessors holds up nobody who follows it', async ({ database }) => {
  const place = await placeWithBob(database);
  const { model, join } = place;
  const one = model.send({ ...text(bob, 'one'), prev: [join] });
  const levels = model.inState(join.after, 'm.room.power_levels', '')!;
  const name = model.build({ sender: bob, type: 'm.room.name', stateKey: '', content: {}, prev: [one], authEvents: [levels, join.event] });
  assert.equal((await place.receive(name))[0]?.verdict, 'rejected');
  model.adopt(name);
  const after = model.send({ ...text(bob, 'two'), prev: [model.byId(name.eventId)] });
  const [waiting] = await place.receive(after);
  assert.deepEqual(waiting?.missing?.prevEvents, [one.event.eventId]);
  const answers = await place.receive(after, one);
  assert.deepEqual(
    answers.map(({ verdict }) => verdict),
    ['accepted', 'accepted'],
  );
  assert.deepEqual(await endIds(place), [after.event.eventId]);
});

onEngine('sqlite', 'what is no event at all is dropped beside what is one', async ({ database }) => {
  const place = await placeWithBob(database);
  const good = place.model.send({ ...text(bob, 'x'), prev: place.model.leaves });
  const odd: JsonValue[] = [null, 1, 'x', [], {}, jsonObject({ type: 1 }), withKey(good.event.pdu, 'prev_events', 'x'), good.event.pdu];
  const answers = await place.engine.receive(place.roomId, odd, { keyOf: place.servers.keyOf });
  assert.deepEqual(
    answers.map(({ verdict }) => verdict),
    [...Array<EventRecord['verdict'] | 'dropped'>(7).fill('dropped'), 'accepted'],
  );
});

onEachEngine('a ban of what is no user id is an event like others and no membership', async ({ database }) => {
  const place = await placeWithBob(database);
  for (const target of ['\0', '', 'x', '@nobody']) {
    const ban = place.model.send({ ...member(alice, target, 'ban'), prev: place.model.leaves });
    const [answer] = await place.receive(ban);
    assert.equal(answer?.verdict, 'accepted', JSON.stringify(target));
  }
  assert.equal((await place.engine.room(place.roomId))?.joinedMembers, 2);
});
