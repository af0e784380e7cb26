import assert from 'node:assert/strict';

import { onEachServer } from '../timeline/people.ts';

/** Bodies for those routes that do not take an empty one. */
const bodies: Readonly<Record<string, object>> = {};

const values = (room: string, event: string): Readonly<Record<string, string>> => ({
  roomId: room,
  eventId: event,
  threadRootId: event,
  txnId: 'other-room',
  receiptType: 'm.read',
  relType: 'm.thread',
  eventType: 'm.room.message',
});

onEachServer('an event of another room', (it) => {
  it('AC-03 is not found by any route that names a room and an event, and the answer is that for an event that is not there', async (people) => {
    const { hearth, alice, room } = people;
    const elsewhere = await alice.createRoom();
    const event = await alice.sendText(elsewhere, 'x');
    const routes = hearth.server
      .routeList()
      .filter(({ path }) => path.includes('{roomId}') && (path.includes('{eventId}') || path.includes('{threadRootId}')));
    assert.ok(routes.length >= 20, 'the table of routes names them');
    for (const { method, path, operation } of routes) {
      const answers = [];
      for (const id of [event, '$unknown']) {
        const filled = path.replaceAll(/\{(\w+)\}/g, (whole, name: string) => encodeURIComponent(values(room, id)[name] ?? whole));
        assert.ok(!filled.includes('%7B'), `a value for each parameter of ${path}`);
        const body = method === 'GET' ? {} : { body: bodies[operation] ?? {} };
        const { status, body: told } = await alice.request(method, filled, body);
        answers.push({ status, told });
      }
      const [other, unknown] = answers;
      assert.equal(other?.status, 404, `${method} ${path}: ${JSON.stringify(other)}`);
      assert.equal(other?.told.errcode, 'M_NOT_FOUND');
      assert.deepEqual(other, unknown, `${method} ${path}`);
    }
  });

  it('AC-09 one that is hidden, one of somebody ignored that is hidden, and one that is not there are refused in the same words', async (people) => {
    const { alice, bob, eve } = people;
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    await eve.join(room);
    await eve.leave(room);
    const [hidden, ignored] = [await alice.sendText(room, 'x'), await bob.sendText(room, 'x')];
    await eve.ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(eve.userId)}/account_data/m.ignored_user_list`, {
      body: { ignored_users: { [bob.userId]: {} } },
    });
    const path = (rest: string): string => `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/${rest}`;
    for (const rest of ['event', 'context']) {
      const answers = [];
      for (const id of [hidden, ignored, '$unknown']) {
        const { status, body } = await eve.request('GET', path(`${rest}/${encodeURIComponent(id)}`));
        answers.push({ status, body });
      }
      assert.deepEqual(answers[0], answers[2]);
      assert.deepEqual(answers[1], answers[2]);
      assert.equal(answers[0]?.status, 404);
    }
  });
});
