import assert from 'node:assert/strict';

import type { ModelEvent } from '../../src/engine/testing/model-room.ts';
import { publicRoom } from '../../src/engine/testing/test-engine.ts';
import { alice, bob, carol, joining, newPlace, type Place, placeWithBob, text } from './place.ts';
import { scan } from '@hearth/storage';
import { onEachEngine, onEngine } from '@hearth/storage/testing';

/*
 * A redaction and its target come in any order, and it takes effect exactly when its sender may.
 */

const everyEvent = scan<{ json: Uint8Array }>('test-every-event', 'SELECT json FROM events');

async function isRedacted({ engine }: Place, { event }: Pick<ModelEvent, 'event'>): Promise<boolean> {
  const record = await engine.eventById(event.eventId);
  assert.ok(record);
  const isEmpty = record.event.content['body'] === undefined;
  assert.equal(record.redactedBy !== null, isEmpty);
  return isEmpty;
}

const redaction = (sender: string, target: ModelEvent) => ({
  sender,
  type: 'm.room.redaction',
  redacts: target.event.eventId,
  content: {},
});

for (const version of ['2', '10', '11', '12']) {
  onEngine(
    'sqlite',
    `EA-09 in version ${version} a redaction takes effect iff its sender has the power or is of the target's server`,
    async ({ database }) => {
      const place = await placeWithBob(database, version);
      const { model } = place;
      const bobsFriend = '@friend:b.test';
      const friend = model.send({ ...joining(bobsFriend), prev: model.leaves });
      const carolJoins = model.send({ ...joining(carol), prev: [friend] });
      await place.receive(friend, carolJoins);
      let end = carolJoins;
      for (const targetFirst of [true, false]) {
        for (const [sender, target, applies] of [
          [bob, bob, true],
          [bobsFriend, bob, true],
          [carol, bob, false],
          [alice, bob, true],
          [bob, alice, false],
        ] as const) {
          // Two branches, so that neither waits for the other.
          const one = model.send({ ...text(target, `canary ${sender}`), prev: [end] });
          const two = model.send({ ...redaction(sender, one), prev: [end] });
          const order = targetFirst ? [one, two] : [two, one];
          for (const event of order) await place.receive(event);
          const verdict = (await place.engine.eventById(two.event.eventId))?.verdict;
          // In the oldest versions the ids' servers decide, and one that may not is no event.
          assert.equal(verdict, version === '2' && !applies ? 'rejected' : 'accepted');
          assert.equal(await isRedacted(place, one), applies, `${sender} redacts ${target}, target first: ${targetFirst}`);
          end = model.send({ ...text(alice, 'next'), prev: [one, ...(two.allowed ? [two] : [])] });
          await place.receive(end);
        }
      }
    },
  );
}

onEachEngine(
  'EA-10 of an event that was redacted nothing is left in the tables, also when the redaction came first',
  async ({ database }) => {
    const place = await placeWithBob(database);
    const { model, join } = place;
    const one = model.send({ ...text(bob, 'canary one'), prev: [join] });
    const two = model.send({ ...text(bob, 'canary two'), prev: [join] });
    const first = model.send({ ...redaction(bob, one), prev: [join] });
    const second = model.send({ ...redaction(bob, two), prev: [join] });
    // The first comes before its target, the second with it.
    await place.receive(first);
    await place.receive(one);
    await place.receive(two, second);
    for (const { json } of await database.reader.all(everyEvent, [])) assert.ok(!Buffer.from(json).includes('canary'));
    const fresh = await place.restarted();
    for (const target of [one, two]) assert.equal(await isRedacted(fresh, target), true);
  },
);

/*
 * Before version 11 redaction takes from a redaction what it redacts. It has its effect all the same, or servers that heard the two
 * redactions in another order would keep something else.
 */
for (const order of [
  'one first second',
  'one second first',
  'first one second',
  'first second one',
  'second one first',
  'second first one',
]) {
  for (const together of [true, false]) {
    const name = `EA-12 a redaction that is redacted itself takes effect: ${order}${together ? ', together' : ''}`;
    onEngine('sqlite', name, async ({ database }) => {
      const place = await placeWithBob(database, '10');
      const { model, join } = place;
      const one = model.send({ ...text(bob, 'canary'), prev: [join] });
      const first = model.send({ ...redaction(bob, one), prev: [join] });
      const second = model.send({ ...redaction(bob, first), prev: [join] });
      const events = order.split(' ').map((called) => ({ one, first, second })[called] as ModelEvent);
      if (together) await place.receive(...events);
      else for (const event of events) await place.receive(event);
      assert.equal(await isRedacted(place, one), true);
      assert.equal(await isRedacted(await place.restarted(), one), true);
    });
  }
}

onEngine('sqlite', 'AC-03 a redaction in one room does nothing to another room', async ({ database }) => {
  const place = await placeWithBob(database, '10');
  const { model } = place;
  const other = await place.engine.createRoom({ ...publicRoom('10'), originServerTs: 1_600_000_000_000 });
  const { record } = await place.engine.submit(other.roomId, { type: 'm.room.message', sender: alice, content: { body: 'stays' } });
  const by = model.send({ sender: alice, type: 'm.room.redaction', redacts: record.event.eventId, prev: model.leaves });
  assert.equal((await place.receive(by))[0]?.verdict, 'accepted');
  assert.equal((await place.engine.eventById(record.event.eventId))?.event.content['body'], 'stays');
});

onEngine('sqlite', 'a redaction that was soft-failed does nothing, now or later', async ({ database }) => {
  const place = await placeWithBob(database);
  const { model, join } = place;
  const one = model.send({ ...text(bob, 'one'), prev: [join] });
  await place.receive(one);
  await place.engine.submit(place.roomId, { type: 'm.room.member', sender: alice, stateKey: bob, content: { membership: 'ban' } });
  const late = model.send({ ...redaction(bob, one), prev: [one] });
  assert.equal((await place.receive(late))[0]?.verdict, 'soft-failed');
  assert.equal(await isRedacted(place, one), false);
});

/*
 * What redaction leaves of a create event says nothing of the room's version before version 11: nobody could join a room that begins
 * with it. So it keeps its words, whoever redacts it.
 */
for (const version of ['1', '10', '11', '12']) {
  onEngine('sqlite', `EA-11 redacting the create event leaves a room of version ${version} what it is`, async ({ database }) => {
    const place = await newPlace(database, version);
    const { model, engine, roomId } = place;
    const create = model.events[0] as ModelEvent;
    const redacts = create.event.eventId;
    const refused = engine.submit(roomId, { type: 'm.room.redaction', sender: alice, content: {}, redacts });
    await assert.rejects(refused, /begins with/);
    const [answer] = await place.receive(model.send({ ...redaction(alice, create), prev: model.leaves }));
    assert.equal(answer?.verdict, 'accepted');
    const fresh = await place.restarted();
    const kept = await fresh.engine.eventById(redacts);
    assert.equal(kept?.redactedBy, null);
    assert.equal(kept?.event.content['room_version'], version);
    assert.equal((await fresh.engine.room(roomId))?.rules.version, version);
    await fresh.engine.submit(roomId, { type: 'm.room.message', sender: alice, content: { body: 'still here' } });
  });
}
