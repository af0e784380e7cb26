import assert from 'node:assert/strict';

import { onEachDatabase, type Place } from '../rooms/place.ts';
import { scan } from '@hearth/storage';
import { clientPath, type Session } from '@hearth/testkit';

const reportsOf = (place: Place) => async (reporter: Session) =>
  (await place.hearth.server.reports.list(0)).reports
    .filter((report) => report.reporter === reporter.userId)
    .map(({ kind, room_id: room, event_id: event, user_id: user, reason }) => ({ kind, room, event, user, reason }));

const roomPath = (room: string): string => clientPath`/rooms/${room}/report`;
const eventPath = (room: string, event: string): string => clientPath`/rooms/${room}/report/${event}`;
const userPath = (user: string): string => clientPath`/users/${user}/report`;

onEachDatabase('reports', (it) => {
  it('an event, a room and a user are reported, each under all its names', async (place) => {
    const { alice, bob } = place;
    const room = await alice.createRoom({ preset: 'public_chat' });
    const event = await alice.sendText(room, 'x');
    await bob.join(room);
    const report = async (path: string, reason: string): Promise<void> =>
      assert.deepEqual(await bob.ok('POST', path, { body: { reason } }), {});
    await report(eventPath(room, event), 'rude');
    await report(`/_matrix/client/api/v1/rooms/${encodeURIComponent(room)}/report/${encodeURIComponent(event)}`, 'of 2015');
    await report(roomPath(room), '');
    await report(`/_matrix/client/unstable/org.matrix.msc4151/rooms/${encodeURIComponent(room)}/report`, 'unstable');
    await report(userPath(alice.userId), 'a\0b');
    // The score of older clients, and an event without a reason.
    await bob.ok('POST', eventPath(room, event), { body: { score: -100 } });
    const ofEvent = { kind: 'event', room, event, user: alice.userId };
    assert.deepEqual(await reportsOf(place)(bob), [
      { ...ofEvent, reason: 'rude' },
      { ...ofEvent, reason: 'of 2015' },
      { kind: 'room', room, event: null, user: null, reason: '' },
      { kind: 'room', room, event: null, user: null, reason: 'unstable' },
      { kind: 'user', room: null, event: null, user: alice.userId, reason: 'a\uFFFDb' },
      { ...ofEvent, reason: '' },
    ]);
  });

  it('nobody learns from a report which rooms, users and events there are', async (place) => {
    const { alice, carol } = place;
    const room = await alice.createRoom();
    const event = await alice.sendText(room, 'x');
    const said = async (path: string) => {
      const { status, body } = await carol.request('POST', path, { body: { reason: 'r' } });
      return { status, body };
    };
    assert.deepEqual(await said(roomPath(room)), await said(roomPath('!nowhere:hearth.test')));
    assert.deepEqual(await said(userPath(alice.userId)), await said(userPath('@nobody:hearth.test')));
    assert.deepEqual(await said(eventPath(room, event)), await said(eventPath('!nowhere:hearth.test', '$nothing')));
    assert.equal((await said(roomPath(room))).status, 200);
  });

  it('what is no id, an event of another room, and one whose room the reporter has left are not found', async ({ alice, bob }) => {
    const [room, other] = [await alice.createRoom({ preset: 'public_chat' }), await alice.createRoom({ preset: 'public_chat' })];
    const event = await alice.sendText(room, 'x');
    const body = { reason: 'r' };
    for (const path of [roomPath('no-room'), userPath('no-user'), eventPath(other, event), eventPath(room, '$nothing')]) {
      await alice.refused(404, 'M_NOT_FOUND', 'POST', path, { body });
    }
    await bob.refused(404, 'M_NOT_FOUND', 'POST', eventPath(room, event), { body });
    await bob.join(room);
    await bob.leave(room);
    await bob.refused(404, 'M_NOT_FOUND', 'POST', eventPath(room, event), { body });
  });

  it('wrong and missing fields, too long reasons and strangers are refused, and nothing is stored', async (place) => {
    const { alice, hearth } = place;
    const before = await reportsOf(place)(alice);
    const room = await alice.createRoom();
    const event = await alice.sendText(room, 'x');
    for (const path of [roomPath(room), userPath(alice.userId)]) {
      await alice.refused(400, 'M_MISSING_PARAM', 'POST', path, { body: {} });
    }
    for (const path of [roomPath(room), userPath(alice.userId), eventPath(room, event)]) {
      await alice.refused(400, 'M_BAD_JSON', 'POST', path, { body: { reason: 'r'.repeat(2_001) } });
      await alice.refused(400, 'M_BAD_JSON', 'POST', path, { body: { reason: 7 } });
      await alice.refused(400, 'M_NOT_JSON', 'POST', path, { body: Buffer.from('{') });
      await hearth.client.refused(401, 'M_MISSING_TOKEN', 'POST', path, { body: { reason: 'r' } });
    }
    assert.deepEqual(await reportsOf(place)(alice), before);
  });

  it('of one reporter the newest 500 stay', async (place) => {
    const { hearth } = place;
    const dave = await hearth.client.register('dave', 'correct horse battery');
    for (let block = 0; block < 60; block += 1) {
      await Promise.all(Array.from({ length: 10 }, (_, at) => dave.ok('POST', roomPath('!a:b.c'), { body: { reason: `${block} ${at}` } })));
    }
    const count = scan<{ count: number }>(
      'test-reports-of',
      'SELECT COUNT(*) AS count FROM reports JOIN user_ids ON user_ids.number = reports.reporter WHERE user_ids.user_id = $1',
    );
    assert.deepEqual(await hearth.server.database.reader.first(count, [dave.userId]), { count: 500 });
  });
});
