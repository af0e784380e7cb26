import assert from 'node:assert/strict';

import { onEachServer, type People } from '../timeline/people.ts';
import type { Session } from '@hearth/testkit';

const unstable = '/_matrix/client/unstable';
const list = `${unstable}/io.element.msc4308/thread_subscriptions`;
const path = (room: string, root: string): string =>
  `${unstable}/io.element.msc4306/rooms/${encodeURIComponent(room)}/thread/${encodeURIComponent(root)}/subscription`;
const conflicting = 'IO.ELEMENT.MSC4306.M_CONFLICTING_UNSUBSCRIPTION';
const notInThread = 'IO.ELEMENT.MSC4306.M_NOT_IN_THREAD';

function reply(who: Session, room: string, root: string): Promise<string> {
  const relation = { rel_type: 'm.thread', event_id: root };
  return who.send(room, 'm.room.message', { msgtype: 'm.text', body: 'in the thread', 'm.relates_to': relation });
}

async function thread({ alice, bob, room }: People): Promise<{ root: string; first: string }> {
  const root = await alice.send(room, 'm.room.message', { msgtype: 'm.text', body: 'root' });
  return { root, first: await reply(bob, room, root) };
}

onEachServer('thread subscriptions', (it) => {
  it('a thread is subscribed to, read and left, as often as one asks', async (people) => {
    const { alice, room } = people;
    const { root } = await thread(people);
    await alice.refused(404, 'M_NOT_FOUND', 'GET', path(room, root));
    for (let times = 0; times < 2; times += 1) assert.deepEqual(await alice.ok('PUT', path(room, root), { body: {} }), {});
    assert.deepEqual(await alice.ok('GET', path(room, root)), { automatic: false });
    for (let times = 0; times < 2; times += 1) assert.deepEqual(await alice.ok('DELETE', path(room, root)), {});
    await alice.refused(404, 'M_NOT_FOUND', 'GET', path(room, root));
  });

  it('an automatic subscription becomes a chosen one, and not the other way', async (people) => {
    const { alice, room } = people;
    const { root, first } = await thread(people);
    await alice.ok('PUT', path(room, root), { body: { automatic: first } });
    assert.deepEqual(await alice.ok('GET', path(room, root)), { automatic: true });
    await alice.ok('PUT', path(room, root), { body: {} });
    await alice.ok('PUT', path(room, root), { body: { automatic: first } });
    assert.deepEqual(await alice.ok('GET', path(room, root)), { automatic: false });
  });

  it('what came before one unsubscribed does not subscribe again; what comes later, and a choice, do', async (people) => {
    const { alice, bob, room } = people;
    const { root, first } = await thread(people);
    await alice.ok('PUT', path(room, root), { body: {} });
    await alice.ok('DELETE', path(room, root));
    await alice.refused(409, conflicting, 'PUT', path(room, root), { body: { automatic: first } });
    await alice.refused(404, 'M_NOT_FOUND', 'GET', path(room, root));
    const later = await reply(bob, room, root);
    await alice.ok('PUT', path(room, root), { body: { automatic: later } });
    assert.deepEqual(await alice.ok('GET', path(room, root)), { automatic: true });
    await alice.ok('DELETE', path(room, root));
    await alice.ok('PUT', path(room, root), { body: {} });
  });

  it('wrong causes, threads that there are not and those of others’ rooms are refused', async (people) => {
    const { alice, eve, room } = people;
    const { root, first } = await thread(people);
    const outside = await alice.send(room, 'm.room.message', { msgtype: 'm.text', body: 'elsewhere' });
    for (const automatic of [outside, root]) await alice.refused(400, notInThread, 'PUT', path(room, root), { body: { automatic } });
    await alice.refused(404, 'M_NOT_FOUND', 'PUT', path(room, root), { body: { automatic: '$nothing' } });
    for (const automatic of [true, 1, {}, [], null])
      await alice.refused(400, 'M_BAD_JSON', 'PUT', path(room, root), { body: { automatic } });
    const closed = await alice.createRoom();
    const hidden = await alice.send(closed, 'm.room.message', { msgtype: 'm.text', body: 'hidden' });
    for (const [where, what] of [
      [closed, hidden],
      [room, '$nothing'],
      [room, hidden],
      ['!nowhere:hearth.test', first],
    ] as const) {
      await eve.refused(404, 'M_NOT_FOUND', 'PUT', path(where, what), { body: {} });
      await eve.refused(404, 'M_NOT_FOUND', 'DELETE', path(where, what));
      await eve.refused(404, 'M_NOT_FOUND', 'GET', path(where, what));
    }
  });

  it('changes are listed backwards in pages, each thread once with what it is now', async (people) => {
    const { hearth, room } = people;
    const una = await hearth.client.register('una', 'password of everybody');
    await una.join(room);
    const roots: string[] = [];
    for (let index = 0; index < 5; index += 1) roots.push((await thread(people)).root);
    for (const root of roots) await una.ok('PUT', path(room, root), { body: {} });
    await una.ok('DELETE', path(room, roots[0] ?? ''));
    await una.ok('PUT', path(room, roots[1] ?? ''), { body: {} });
    const all = await una.ok('GET', list);
    assert.deepEqual(Object.keys(all.subscribed[room]).toSorted(), roots.slice(1).toSorted());
    assert.deepEqual(Object.keys(all.unsubscribed[room]), [roots[0]]);
    assert.equal(all.subscribed[room][roots[1] ?? ''].automatic, false);
    assert.equal(all.end, undefined);
    const seen: string[] = [];
    let from: string | undefined;
    do {
      const page = await una.ok('GET', list, { query: { dir: 'b', limit: 2, from } });
      for (const part of [page.subscribed, page.unsubscribed]) seen.push(...Object.keys(part?.[room] ?? {}));
      from = page.end;
    } while (from !== undefined);
    assert.deepEqual(seen.toSorted(), roots.toSorted());
    const stamp: number = all.subscribed[room][roots[3] ?? ''].bump_stamp;
    const newer = await una.ok('GET', list, { query: { to: String(stamp) } });
    assert.deepEqual(Object.keys(newer.subscribed[room]), [roots[4]]);
    assert.deepEqual(await people.eve.ok('GET', list), {});
    for (const query of [{ dir: 'f' }, { limit: 0 }, { from: 'x' }, { to: '-1' }])
      await una.refused(400, 'M_INVALID_PARAM', 'GET', list, { query });
  });
});
