import assert from 'node:assert/strict';

import { bytesOf, closedRooms, olderPrefixes, onEachServer, under } from './people.ts';
import { answersToWrongTypes, clientPath } from '@hearth/testkit';

const redactPath = (room: string, event: string, txn: string): string => clientPath`/rooms/${room}/redact/${event}/${txn}`;

onEachServer('redacting', (it) => {
  it('the content goes at once and everywhere, and the redaction is shown with it', async ({ alice, bob, room }) => {
    const id = await bob.sendText(room, 'a secret');
    const { next_batch: since } = await alice.sync();
    const redaction = await bob.redact(room, id, { reason: 'too loud' });
    const event = await alice.event(room, id);
    assert.deepEqual([event.content, event.unsigned.redacted_because.event_id], [{}, redaction]);
    const { content, redacts, type } = await alice.event(room, redaction);
    assert.deepEqual([type, redacts, content.redacts, content.reason], ['m.room.redaction', id, id, 'too loud']);
    const answers = await Promise.all([
      alice.messages(room, { dir: 'b' }),
      alice.sync(),
      alice.sync({ since }),
      alice.ok('GET', clientPath`/rooms/${room}/state`),
    ]);
    assert.doesNotMatch(JSON.stringify(answers), /a secret/);
  });

  it('in rooms before version 11 the id stands beside the content, and clients read it in both places', async ({ alice }) => {
    const room = await alice.createRoom({ room_version: '10' });
    const id = await alice.sendText(room, 'x');
    const { redacts, content } = await alice.event(room, await alice.redact(room, id));
    assert.deepEqual([redacts, content.redacts], [id, id]);
    assert.deepEqual((await alice.event(room, id)).content, {});
  });

  it('sending the redaction as an event does the same', async ({ alice, bob, room }) => {
    const id = await bob.sendText(room, 'a secret');
    const send = clientPath`/rooms/${room}/send/${'m.room.redaction'}/${'txn'}`;
    const sent = await bob.ok('PUT', send, { body: { redacts: id, reason: 'x' } });
    assert.equal((await alice.event(room, id)).unsigned.redacted_because.event_id, sent.event_id);
    for (const body of [{}, { redacts: 7 }, { redacts: null }]) await bob.refused(400, 'M_BAD_JSON', 'PUT', send, { body });
    const unknown = clientPath`/rooms/${room}/send/${'m.room.redaction'}/${'other'}`;
    await bob.refused(404, 'M_NOT_FOUND', 'PUT', unknown, { body: { redacts: '$unknown' } });
  });

  it('a transaction id redacts once', async ({ alice, room }) => {
    const [one, two] = [await alice.sendText(room, '1'), await alice.sendText(room, '2')];
    const first = await alice.ok('PUT', redactPath(room, one, 'txn'), { body: {} });
    assert.equal((await alice.ok('PUT', redactPath(room, one, 'txn'), { body: { reason: 'again' } })).event_id, first.event_id);
    assert.notEqual((await alice.ok('PUT', redactPath(room, two, 'txn'))).event_id, first.event_id);
  });

  it('AC-03: an event of another room, an unknown one and what is no id are not found', async ({ alice, room }) => {
    const elsewhere = await alice.createRoom();
    const event = await alice.sendText(elsewhere, 'elsewhere');
    for (const id of [event, '$unknown', 'nonsense', '__proto__']) {
      await alice.refused(404, 'M_NOT_FOUND', 'PUT', redactPath(room, id, 'a'), { body: {} });
    }
    assert.equal((await alice.event(elsewhere, event)).content.body, 'elsewhere');
  });

  it('one redacts one’s own events, or with power those of others', async ({ alice, bob, room }) => {
    const [alices, bobs] = [await alice.sendText(room, 'of alice'), await bob.sendText(room, 'of bob')];
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', redactPath(room, alices, 'a'), { body: {} });
    assert.equal((await bob.event(room, alices)).content.body, 'of alice');
    await alice.redact(room, bobs);
    const message = await bob.sendText(room, 'x');
    await alice.setState(room, 'm.room.power_levels', '', { events: { 'm.room.redaction': 50 } });
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', redactPath(room, message, 'b'), { body: {} });
  });

  it('nobody redacts in somebody else’s room', async (people) => {
    const { alice, bob, eve, room } = people;
    const [closed = '', ...others] = await closedRooms(people);
    const event = await alice.sendText(closed, 'x');
    // The same for an event that there is and for one that there is not.
    for (const id of [event, '$unknown']) {
      for (const other of [closed, ...others]) await bob.refused(403, 'M_FORBIDDEN', 'PUT', redactPath(other, id, 'a'), { body: {} });
    }
    const own = await bob.sendText(room, 'x');
    await eve.refused(403, 'M_FORBIDDEN', 'PUT', redactPath(room, own, 'a'), { body: {} });
    await bob.leave(room);
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', redactPath(room, own, 'a'), { body: {} });
  });

  it('wrong types and reasons that are too long are refused and change nothing', async ({ alice, room }) => {
    const event = await alice.sendText(room, 'x');
    for (const answer of await answersToWrongTypes(alice, 'PUT', redactPath(room, event, 'a'), { reason: 'x' })) {
      assert.deepEqual([answer.status, answer.errcode], [400, 'M_BAD_JSON']);
    }
    await alice.refused(413, 'M_TOO_LARGE', 'PUT', redactPath(room, event, 'a'), { body: { reason: bytesOf(65_536) } });
    assert.equal((await alice.event(room, event)).content.body, 'x');
  });

  it('older paths redact too', async ({ alice, room }) => {
    for (const prefix of olderPrefixes) {
      const event = await alice.sendText(room, prefix);
      await alice.ok('PUT', under(prefix, redactPath(room, event, prefix)), { body: { reason: 'old' } });
      const seen = await alice.ok('GET', under(prefix, clientPath`/rooms/${room}/event/${event}`));
      assert.deepEqual(seen.content, {});
      if (prefix.endsWith('api/v1')) assert.equal(seen.redacted_because.redacts, event);
    }
  });
});
