import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytesOf, type Event, onEachServer, password } from '../timeline/people.ts';
import { sleep, systemClock } from '@hearth/kit';
import { type Session, startHearth } from '@hearth/testkit';

const hour = 3_600_000;
const delayParam = 'org.matrix.msc4140.delay';
const old = '/_matrix/client/unstable/org.matrix.msc4140/delayed_events';
const stable = '/_matrix/client/v1/delayed_events';
const of = (room: string, rest: string): string => `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/${rest}`;
const text = (body: string): Record<string, unknown> => ({ msgtype: 'm.text', body });
let transactions = 0;

async function later(who: Session, room: string, delay: number, body = 'later', txn = `d${(transactions += 1)}`): Promise<string> {
  const answer = await who.ok('PUT', of(room, `send/m.room.message/${txn}`), { query: { [delayParam]: delay }, body: text(body) });
  return answer.delay_id;
}

async function stateLater(who: Session, room: string, key: string, delay: number, content: object): Promise<string> {
  const path = of(room, `state/org.example.call/${encodeURIComponent(key)}`);
  return (await who.ok('PUT', path, { query: { [delayParam]: delay }, body: content })).delay_id;
}

async function idsOf(who: Session, query = {}): Promise<string[]> {
  return (await who.ok('GET', old, { query })).delayed_events.map((event: { delay_id: string }) => event.delay_id);
}

async function messages(who: Session, room: string): Promise<Event[]> {
  return (await who.ok('GET', of(room, 'messages'), { query: { dir: 'b', limit: 50 } })).chunk;
}

/** Waits for the next event of a type in a room. */
async function nextOf(who: Session, room: string, type: string, since: string): Promise<Event> {
  for (let from = since, tries = 0; tries < 20; tries += 1) {
    const body = await who.sync({ since: from, timeout: 5000 });
    from = body.next_batch;
    const found = (body.rooms?.join?.[room]?.timeline.events ?? []).find((event: Event) => event.type === type);
    if (found) return found;
  }
  throw new Error(`no ${type} came`);
}

onEachServer('delayed events', (it) => {
  it('a message is sent when its time has come, and its sender alone sees the delay id', async ({ alice, bob, room }) => {
    const { next_batch: since } = await bob.sync();
    const delayId = await later(alice, room, 150, 'at last');
    const started = await alice.ok('GET', `${old}/${delayId}`);
    const event = await nextOf(bob, room, 'm.room.message', since);
    assert.deepEqual([event.sender, event.content], [alice.userId, text('at last')]);
    assert.ok(event.origin_server_ts >= started.running_since + 150);
    assert.equal(event.unsigned?.['delay_id'], undefined);
    const own = (await messages(alice, room)).find(({ event_id: id }) => id === event.event_id);
    assert.deepEqual([own?.unsigned?.['delay_id'], own?.unsigned?.['org.matrix.msc4140.delay_id']], [delayId, delayId]);
    const finalised = await alice.ok('GET', `${stable}/${delayId}`);
    assert.deepEqual([finalised.event_id, typeof finalised.origin_server_ts], [event.event_id, 'number']);
    assert.ok(!(await idsOf(alice)).includes(delayId));
    assert.ok((await idsOf(alice, { status: 'finalised' })).includes(delayId));
  });

  it('what is scheduled is listed with all that was asked for, for its owner only', async ({ alice, bob, room }) => {
    const message = await later(alice, room, hour, 'tea');
    const state = await stateLater(alice, room, 'key', 2 * hour, { left: true });
    const listed = (await alice.ok('GET', old)).delayed_events.filter((event: { room_id: string }) => event.room_id === room);
    assert.equal(typeof listed[0].running_since, 'number');
    const [first, second] = listed.map(({ running_since: _, ...event }: { running_since: number }) => event);
    assert.deepEqual(first, { delay_id: message, room_id: room, type: 'm.room.message', delay: hour, content: text('tea') });
    const expected = {
      delay_id: state,
      room_id: room,
      type: 'org.example.call',
      state_key: 'key',
      delay: 2 * hour,
      content: { left: true },
    };
    assert.deepEqual(second, expected);
    assert.deepEqual(await idsOf(bob), []);
    await bob.refused(404, 'M_NOT_FOUND', 'GET', `${old}/${message}`);
    await alice.refused(404, 'M_NOT_FOUND', 'GET', `${old}/nothing`);
    for (const id of [message, state]) await alice.ok('POST', `${old}/${id}/cancel`, { body: {} });
  });

  it('an event is sent at once, restarted or cancelled, by both forms of asking and without a token', async ({ hearth, alice, room }) => {
    for (const act of [
      (id: string, action: string) => hearth.client.request('POST', `${old}/${id}`, { body: { action } }),
      (id: string, action: string) => hearth.client.request('POST', `${old}/${id}/${action}`, { body: {} }),
      (id: string, action: string) => hearth.client.request('POST', `${stable}/${id}/${action}`, { body: {} }),
    ]) {
      const [sent, cancelled] = [await later(alice, room, hour, 'now'), await later(alice, room, hour, 'never')];
      const before = await alice.ok('GET', `${old}/${sent}`);
      const codes: number[] = [];
      for (const action of ['restart', 'send', 'send', 'cancel', 'restart']) codes.push((await act(sent, action)).status);
      for (const action of ['cancel', 'cancel', 'send', 'restart']) codes.push((await act(cancelled, action)).status);
      assert.deepEqual(codes, [200, 200, 200, 409, 409, 200, 200, 409, 409]);
      assert.ok((await alice.ok('GET', `${old}/${sent}`)).running_since >= before.running_since);
      for (const action of ['restart', 'send', 'cancel']) assert.equal((await act('unknown', action)).body.errcode, 'M_NOT_FOUND');
    }
    const bodies = (await messages(alice, room)).map(({ content }) => content['body']);
    assert.deepEqual(bodies.filter((body) => body === 'now').length, 3);
    assert.ok(!bodies.includes('never'));
  });

  it('a restarted event waits its whole delay again', async ({ alice, room }) => {
    const id = await later(alice, room, 400, 'restarted');
    const restarts: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      await sleep(systemClock(), 150);
      await alice.ok('POST', `${old}/${id}/restart`, { body: {} });
      restarts.push((await alice.ok('GET', `${old}/${id}`)).running_since);
    }
    const { next_batch: since } = await alice.sync();
    const event = await nextOf(alice, room, 'm.room.message', since);
    assert.ok(event.origin_server_ts >= (restarts.at(-1) ?? 0) + 400);
  });

  it('state is sent too, with today’s path, and the same transaction is the same event', async ({ alice, bob, room }) => {
    const { next_batch: since } = await bob.sync();
    const body = { delay: 100, state_key: 'k', content: { a: 1 } };
    for (const prefix of ['/_matrix/client/v3', '/_matrix/client/unstable/org.matrix.msc4140']) {
      const path = of(room, 'delayed_event/org.example.call/same').replace('/_matrix/client/v3', prefix);
      const [first, second] = await Promise.all([alice.ok('PUT', path, { body }), alice.ok('PUT', path, { body })]);
      assert.equal(first.delay_id, second.delay_id);
    }
    const event = await nextOf(bob, room, 'org.example.call', since);
    assert.deepEqual([event.state_key, event.content], ['k', { a: 1 }]);
    assert.equal((await messages(bob, room)).filter(({ type }) => type === 'org.example.call').length, 1);
  });

  it('delayed state that somebody else has overtaken is cancelled; one’s own changes do not matter', async ({ alice, bob, room }) => {
    await alice.ok('PUT', of(room, 'state/m.room.power_levels'), {
      body: { users: { [bob.userId]: 100 }, state_default: 50 },
    });
    const put = (who: Session, key: string, content: Record<string, unknown>): Promise<unknown> =>
      who.ok('PUT', of(room, `state/org.example.call/${key}`), { body: content });
    const [kept, lost] = [await stateLater(alice, room, 'kept', hour, {}), await stateLater(alice, room, 'lost', hour, {})];
    await put(alice, 'kept', { mine: 1 });
    await put(bob, 'lost', { theirs: 1 });
    const listed = await idsOf(alice);
    assert.deepEqual([listed.includes(kept), listed.includes(lost)], [true, false]);
    assert.equal((await alice.request('POST', `${old}/${lost}/send`, { body: {} })).status, 409);
    await alice.ok('POST', `${old}/${kept}/send`, { body: {} });
    assert.deepEqual(await alice.ok('GET', of(room, 'state/org.example.call/lost')), { theirs: 1 });
    assert.deepEqual(await alice.ok('GET', of(room, 'state/org.example.call/kept')), {});
  });

  it('a redaction can be delayed; what may not be sent when its time comes has failed, and says why', async ({ alice, bob, room }) => {
    const { next_batch: since } = await alice.sync();
    const target = await bob.send(room, 'm.room.message', text('short-lived'));
    const path = of(room, 'send/m.room.redaction/r1');
    await bob.ok('PUT', path, { query: { [delayParam]: 50 }, body: { redacts: target } });
    await nextOf(alice, room, 'm.room.redaction', since);
    assert.deepEqual((await messages(alice, room)).find(({ event_id: id }) => id === target)?.content, {});
    const forbidden = await stateLater(bob, room, 'bob', hour, {});
    await bob.refused(403, 'M_FORBIDDEN', 'POST', `${old}/${forbidden}/send`, { body: {} });
    assert.ok((await idsOf(bob)).includes(forbidden));
    await bob.ok('POST', `${old}/${forbidden}/cancel`, { body: {} });
    const failing = await stateLater(bob, room, 'bob', 50, {});
    let row = await bob.ok('GET', `${old}/${failing}`);
    for (let tries = 0; row.error === undefined && tries < 100; tries += 1) {
      await sleep(systemClock(), 20);
      row = await bob.ok('GET', `${old}/${failing}`);
    }
    assert.equal(row.error.errcode, 'M_FORBIDDEN');
    assert.deepEqual((await bob.request('POST', `${old}/${failing}/cancel`, { body: {} })).status, 200);
  });

  it('who is suspended or locked does not speak by events that they scheduled before', async ({ hearth, room }) => {
    const vic = await hearth.client.register('vic', password);
    await vic.join(room);
    const id = await later(vic, room, hour, 'from beyond');
    const { accounts } = hearth.server.accounts;
    const user = (await accounts.find(vic.userId))?.user ?? 0;
    const send = (): Promise<unknown> => hearth.client.refused(403, 'M_FORBIDDEN', 'POST', `${old}/${id}/send`, { body: {} });
    await accounts.setSuspended(user, true);
    await send();
    await accounts.setSuspended(user, false);
    await accounts.setLocked(user, true);
    await send();
    await accounts.setLocked(user, false);
    await hearth.client.ok('POST', `${old}/${id}/send`, { body: {} });
  });

  it('wrong delays, rooms and bodies are refused, and there are only so many', async ({ hearth, alice, eve, room }) => {
    const path = of(room, 'send/m.room.message/w1');
    const put = (delay: unknown): { readonly query: Record<string, string>; readonly body: object } => ({
      query: { [delayParam]: String(delay) },
      body: text('x'),
    });
    for (const delay of [0, -1, '1.5', 'x', '']) await alice.refused(400, 'M_INVALID_PARAM', 'PUT', path, put(delay));
    const tooLong = await alice.refused(400, 'M_MAX_DELAY_EXCEEDED', 'PUT', path, put(1e12));
    assert.deepEqual([tooLong.max_delay, tooLong['org.matrix.msc4140.errcode']], [31 * 24 * hour, 'M_MAX_DELAY_EXCEEDED']);
    for (const where of [room, '!nowhere:hearth.test', 'no-room'])
      await eve.refused(403, 'M_FORBIDDEN', 'PUT', of(where, 'send/m.room.message/w2'), put(hour));
    await alice.refused(400, 'M_BAD_JSON', 'PUT', path, { query: { [delayParam]: hour }, body: { msgtype: 'm.text' } });
    await alice.refused(413, 'M_TOO_LARGE', 'PUT', path, { query: { [delayParam]: hour }, body: text(bytesOf(70_000)) });
    await alice.refused(413, 'M_TOO_LARGE', 'PUT', of(room, `send/${bytesOf(256)}/w3`), put(hour));
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', of(room, 'send/a%00b/w4'), put(hour));
    const form = of(room, 'delayed_event/org.example.a/w5');
    await alice.refused(400, 'M_MISSING_PARAM', 'PUT', form, { body: { delay: 5 } });
    for (const body of [
      { delay: '5', content: {} },
      { delay: 5, content: [] },
      { delay: 5, content: {}, state_key: 1 },
    ])
      await alice.refused(400, 'M_BAD_JSON', 'PUT', form, { body });
    await alice.refused(400, 'M_MISSING_PARAM', 'POST', `${old}/x`, { body: {} });
    await alice.refused(400, 'M_BAD_JSON', 'POST', `${old}/x`, { body: { action: 'explode' } });
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', old, { query: { status: 'lost' } });
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', old, { query: { from: 'nowhere' } });
    assert.deepEqual(await idsOf(alice), []);
    const una = await hearth.client.register(`una${Math.trunc(hour)}`, password);
    await una.join(room);
    for (let index = 0; index < 100; index += 1) await later(una, room, hour + index, `${index}`);
    const surplus = await una.request('PUT', of(room, 'send/m.room.message/w6'), put(hour));
    assert.deepEqual([surplus.status, surplus.body.errcode], [429, 'M_LIMIT_EXCEEDED']);
    assert.ok(Number(surplus.headers['retry-after']) > 3000);
    const first = await una.ok('GET', old);
    const second = await una.ok('GET', old, { query: { from: first.next_batch } });
    assert.deepEqual([first.delayed_events.length, second.delayed_events.length, second.next_batch], [50, 50, undefined]);
  });
});

void test('delayed events survive a restart and are sent once', async () => {
  let hearth = await startHearth();
  try {
    const alice = await hearth.client.register('alice', password);
    const room = await alice.createRoom();
    const ids = [await later(alice, room, 300, 'one'), await later(alice, room, 1, 'two'), await later(alice, room, hour, 'three')];
    hearth = await hearth.restart();
    const again = await hearth.client.login('alice', password);
    await again.ok('POST', `${old}/${ids[2]}/send`, { body: {} });
    let bodies: unknown[] = [];
    for (let tries = 0; bodies.length < 3 && tries < 200; tries += 1) {
      await sleep(systemClock(), 20);
      bodies = (await messages(again, room)).filter(({ type }) => type === 'm.room.message').map(({ content }) => content['body']);
    }
    assert.deepEqual(new Set(bodies), new Set(['one', 'two', 'three']));
    assert.equal(bodies.length, 3);
    assert.deepEqual(await idsOf(again), []);
  } finally {
    await hearth.stop();
  }
});
