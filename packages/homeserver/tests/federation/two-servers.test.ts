import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ModelRoom } from '../../src/engine/testing/model-room.ts';
import { OtherServers } from '../../src/engine/testing/other-servers.ts';
import { readDestination } from '../../src/federation/outbound/queue/queue-store.ts';
import { joining } from '../engine/place.ts';
import { sleep, systemClock } from '@hearth/kit';
import { type Farm, type Session, startFarm, type TestHearth } from '@hearth/testkit';

/*
 * Two Hearths with a room in common. Until rooms are joined over federation, the room is put on the second one by the engine's door for
 * imports; from then on they talk by themselves.
 */

const servers = new OtherServers();
let farm: Farm;
let one: TestHearth;
let two: TestHearth;
let alice: Session;
let bob: Session;
before(async () => {
  farm = await startFarm();
  one = await farm.start('one.test', { signingKey: servers.keyLine('one.test') });
  two = await farm.start('two.test', { signingKey: servers.keyLine('two.test') });
  alice = await one.client.register('alice', 'alice has a password');
  bob = await two.client.register('bob', 'bob has a password');
});
after(() => farm.stop());

async function sharedRoom(): Promise<string> {
  const roomId = await alice.createRoom({ preset: 'public_chat' });
  const { engine } = one.server.spine;
  const model = await ModelRoom.of(engine, roomId, servers);
  const head = (await engine.room(roomId)) ?? assert.fail();
  const state = (await engine.currentState(head).all()).map(({ event }) => event.pdu);
  const join = model.send({ ...joining(bob.userId), prev: model.leaves });
  const options = { keyOf: servers.keyOf };
  const imported = await two.server.spine.engine.importRoom({
    roomId,
    version: model.rules.version,
    stateEvents: state,
    authChain: [],
    event: join.event.pdu,
    ...options,
  });
  assert.ok('head' in imported, JSON.stringify(imported));
  assert.equal((await engine.receive(roomId, [join.event.pdu], options))[0]?.verdict, 'accepted');
  return roomId;
}

const say = (who: Session, roomId: string, body: string, txn: string) =>
  who.ok('PUT', `/_matrix/client/v3/rooms/${roomId}/send/m.room.message/${txn}`, { body: { msgtype: 'm.text', body } });

/** Long-polls until these are the room's messages for somebody, newest first. */
async function untilHeard(who: Session, roomId: string, bodies: readonly string[]): Promise<void> {
  let since = '';
  for (let polls = 0; polls < 50; polls += 1) {
    const { chunk } = await who.ok('GET', `/_matrix/client/v3/rooms/${roomId}/messages?dir=b&limit=50`);
    const heard = chunk.flatMap(({ content }: { content: { body?: string } }) => content.body ?? []);
    if (heard.length >= bodies.length) return assert.deepEqual(heard, bodies);
    since = (await who.ok('GET', `/_matrix/client/v3/sync?timeout=1000${since && `&since=${since}`}`)).next_batch;
  }
  assert.fail(`${who.userId} did not hear ${bodies.join(', ')}`);
}

test('people on two servers talk with each other', async () => {
  const roomId = await sharedRoom();
  await say(alice, roomId, 'hello Bob', 'a');
  await untilHeard(bob, roomId, ['hello Bob']);
  await say(bob, roomId, 'hello Alice', 'a');
  await untilHeard(alice, roomId, ['hello Alice', 'hello Bob']);
  for (let count = 0; count < 30; count += 1) await say(alice, roomId, `word ${count}`, `w${count}`);
  await untilHeard(bob, roomId, [...Array.from({ length: 30 }, (_, index) => `word ${29 - index}`), 'hello Alice', 'hello Bob']);
});

test('what was said while the other server could not be reached arrives when it shows itself, also after a restart', async () => {
  const roomId = await sharedRoom();
  await say(alice, roomId, 'before', 'b1');
  await untilHeard(bob, roomId, ['before']);
  farm.network.cut('one.test', 'two.test');
  await say(alice, roomId, 'during', 'b2');
  for (let looks = 0; looks < 500 && (await failuresOf('two.test')) === 0; looks += 1) await sleep(systemClock(), 20);
  one = await one.restart();
  alice = { ...alice, ...one.client.withToken(alice.token), token: alice.token };
  assert.ok((await failuresOf('two.test')) > 0);
  farm.network.mend('one.test', 'two.test');
  await say(bob, roomId, 'are you there?', 'b3');
  // Both words follow the same one, and the later to arrive stands behind.
  await untilHeard(bob, roomId, ['during', 'are you there?', 'before']);
});

async function failuresOf(server: string): Promise<number> {
  return (await readDestination(one.server.database.reader, server))?.failures ?? 0;
}
