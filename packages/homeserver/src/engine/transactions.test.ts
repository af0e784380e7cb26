import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { MatrixError } from '../http/errors.ts';
import { alice, bob, publicRoom, testEngine } from './testing/test-engine.ts';
import { jsonObject } from '@hearth/protocol';

const t = await testEngine();
after(() => t.close());

const text = (sender: string, body: string) => ({ type: 'm.room.message', sender, content: jsonObject({ msgtype: 'm.text', body }) });
const membership = (sender: string, user: string, is: string) => ({
  type: 'm.room.member',
  sender,
  stateKey: user,
  content: jsonObject({ membership: is }),
});

test('a new transaction reads nothing, and neither does a repeat that is remembered', async () => {
  const { roomId } = await t.engine.createRoom(publicRoom('12'));
  const user = await t.engine.internUser(alice);
  await t.engine.submit(roomId, text(alice, 'warm'));
  const before = t.database.counters.statementsRead;
  const transaction = { user, deviceId: 'D', scope: 'send', txnId: 'fresh' };
  const first = await t.engine.submit(roomId, { ...text(alice, 'one'), transaction });
  const again = await t.engine.submit(roomId, { ...text(alice, 'two'), transaction });
  assert.equal(again.record.event.eventId, first.record.event.eventId);
  assert.equal(again.repeated, true);
  assert.equal(t.database.counters.statementsRead, before);
});

test('a repeat that memory does not know hurts nobody in its group, and only the first of a device makes work', async () => {
  const first = await testEngine();
  const { roomId } = await first.engine.createRoom(publicRoom('12'));
  const other = await first.engine.createRoom(publicRoom('11'));
  const user = await first.engine.internUser(alice);
  const sent = (txnId: string) => ({ ...text(alice, txnId), transaction: { user, deviceId: 'D', scope: 'send', txnId } });
  const [a, b] = [await first.engine.submit(roomId, sent('a')), await first.engine.submit(roomId, sent('b'))];

  const { engine, database, close } = await first.reopen();
  const [again, beside, behind] = await Promise.all([
    engine.submit(roomId, sent('a')),
    engine.submit(other.roomId, text(alice, 'beside')),
    engine.submit(roomId, text(alice, 'behind')),
  ]);
  assert.equal(again.record.event.eventId, a.record.event.eventId);
  assert.deepEqual([beside.repeated, behind.repeated], [false, false]);
  const { splits, writes } = database.counters;
  const second = await engine.submit(roomId, sent('b'));
  assert.equal(second.record.event.eventId, b.record.event.eventId);
  assert.deepEqual([database.counters.splits, database.counters.writes], [splits, writes]);
  await close();
});

test('what was answered once is answered again, also to somebody who could not send it any more', async () => {
  const first = await testEngine();
  const { roomId } = await first.engine.createRoom(publicRoom('12'));
  await first.engine.submit(roomId, membership(bob, bob, 'join'));
  const transaction = { user: await first.engine.internUser(bob), deviceId: 'B', scope: 'send', txnId: 'last words' };
  const { record } = await first.engine.submit(roomId, { ...text(bob, 'last words'), transaction });
  await first.engine.submit(roomId, membership(alice, bob, 'leave'));

  const second = await first.reopen();
  const again = await second.engine.submit(roomId, { ...text(bob, 'last words'), transaction });
  assert.equal(again.record.event.eventId, record.event.eventId);
  const fresh = second.engine.submit(roomId, { ...text(bob, 'more'), transaction: { ...transaction, txnId: 'more' } });
  await assert.rejects(fresh, (error) => error instanceof MatrixError && error.errcode === 'M_FORBIDDEN');
  await second.close();
});
