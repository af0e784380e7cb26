import assert from 'node:assert/strict';

import { closedRooms, type Event, idsOf, olderPrefixes, onEachServer, under } from './people.ts';
import { clientPath, type Session } from '@hearth/testkit';

type Page = { readonly start: string; readonly end?: string; readonly chunk: Event[]; readonly state?: Event[] };
type Query = Readonly<Record<string, string | number | undefined>>;

const path = (room: string): string => clientPath`/rooms/${room}/messages`;
const get = (client: Session, room: string, query: Query): Promise<Page> => client.ok('GET', path(room), { query });

async function sendAll(client: Session, room: string, count: number): Promise<string[]> {
  const sent: string[] = [];
  for (let number = 0; number < count; number += 1) sent.push(await client.sendText(room, String(number)));
  return sent;
}

/** Page after page until there are no more, and how many pages there were. */
async function allPages(client: Session, room: string, query: Query): Promise<{ readonly ids: string[]; readonly pages: number }> {
  const ids: string[] = [];
  let from: string | undefined;
  for (let pages = 1; pages < 100; pages += 1) {
    const page = await get(client, room, from === undefined ? query : { ...query, from });
    ids.push(...idsOf(page.chunk));
    if (page.end === undefined) return { ids, pages };
    from = page.end;
  }
  assert.fail('there is no end to it');
}

onEachServer('paging through a room', (it) => {
  it('both ways, page by page, every event comes once and in order', async ({ alice, bob, room }) => {
    const sent = await sendAll(alice, room, 12);
    const whole = (await get(bob, room, { dir: 'b', limit: 100 })).chunk;
    assert.deepEqual(idsOf(whole).slice(0, 12), sent.toReversed());
    assert.equal(whole.at(-1)?.type, 'm.room.create');
    for (const limit of [1, 5, 7, 50]) {
      assert.deepEqual((await allPages(bob, room, { dir: 'b', limit })).ids, idsOf(whole));
      assert.deepEqual((await allPages(bob, room, { dir: 'f', limit })).ids, idsOf(whole).toReversed());
    }
  });

  it('from a page one can go back over what it showed', async ({ alice, room }) => {
    const sent = await sendAll(alice, room, 6);
    const back = await get(alice, room, { dir: 'b', limit: 3 });
    assert.deepEqual(idsOf(back.chunk), sent.slice(3).toReversed());
    assert.deepEqual(idsOf((await get(alice, room, { dir: 'f', from: back.end })).chunk), sent.slice(3));
    const on = await get(alice, room, { dir: 'b', from: back.end, limit: 3 });
    assert.deepEqual([on.start, idsOf(on.chunk)], [back.end, sent.slice(0, 3).toReversed()]);
  });

  it('the start of a page that began at the end stays where it was: what comes later is after it', async ({ alice, room }) => {
    const { start } = await alice.messages(room, { dir: 'b', limit: '1' });
    const later = await alice.sendText(room, 'later');
    const { chunk } = await alice.messages(room, { dir: 'f', from: start });
    assert.deepEqual(
      chunk.map((event: { event_id: string }) => event.event_id),
      [later],
    );
  });

  it('tokens of /sync lead into the room: backwards what was before, forwards what came since', async ({ alice, bob, room }) => {
    const before = await sendAll(alice, room, 2);
    const { next_batch: middle } = await bob.sync();
    const since = await sendAll(alice, room, 2);
    assert.deepEqual(idsOf((await get(bob, room, { dir: 'b', from: middle, limit: 2 })).chunk), before.toReversed());
    assert.deepEqual(idsOf((await get(bob, room, { dir: 'f', from: middle })).chunk), since);
    const filter = JSON.stringify({ room: { timeline: { limit: 2 } } });
    const { timeline } = (await bob.sync({ filter })).rooms.join[room];
    assert.deepEqual([idsOf(timeline.events), timeline.limited], [since, true]);
    assert.deepEqual(idsOf((await get(bob, room, { dir: 'b', from: timeline.prev_batch, limit: 2 })).chunk), before.toReversed());
  });

  it('to bounds the page, with tokens of both kinds and in both directions', async ({ alice, room }) => {
    const sent = await sendAll(alice, room, 2);
    const { next_batch: middle } = await alice.sync();
    sent.push(...(await sendAll(alice, room, 2)));
    const back = await get(alice, room, { dir: 'b', to: middle });
    assert.deepEqual([idsOf(back.chunk), back.end], [sent.slice(2).toReversed(), undefined]);
    const page = await get(alice, room, { dir: 'b', limit: 3 });
    assert.deepEqual(idsOf((await get(alice, room, { dir: 'b', to: page.end })).chunk), sent.slice(1).toReversed());
    assert.deepEqual(idsOf((await get(alice, room, { dir: 'f', from: page.end, to: middle })).chunk), sent.slice(1, 2));
    assert.deepEqual((await get(alice, room, { dir: 'b', from: page.end, to: page.end })).chunk, []);
  });

  it('the limit is ten unless said otherwise, may be none, and has a bound', async ({ alice, room }) => {
    await sendAll(alice, room, 11);
    assert.equal((await get(alice, room, { dir: 'b' })).chunk.length, 10);
    const none = await get(alice, room, { dir: 'b', limit: 0 });
    assert.deepEqual(none.chunk, []);
    assert.equal((await get(alice, room, { dir: 'b', limit: 10 ** 9 })).end, undefined);
    for (const limit of ['-1', '1.5', 'x', '', '99999999999999999999', '1e3']) {
      await alice.refused(400, 'M_INVALID_PARAM', 'GET', path(room), { query: { dir: 'b', limit } });
    }
  });

  it('a filter leaves out what it names, and the pages still reach everything', async ({ alice, bob, room }) => {
    const [one, two] = [await alice.sendText(room, '1'), await bob.sendText(room, '2')];
    const other = await alice.send(room, 'org.example.other', { url: 'mxc://hearth.test/x' });
    const filtered = (filter: object, query: Query = {}): Promise<Page> =>
      get(alice, room, { dir: 'b', limit: 50, filter: JSON.stringify(filter), ...query });
    assert.deepEqual(idsOf((await filtered({ types: ['m.room.message'] })).chunk), [two, one]);
    assert.deepEqual(idsOf((await filtered({ types: ['m.room.mess*'], not_senders: [alice.userId] })).chunk), [two]);
    assert.deepEqual(idsOf((await filtered({ contains_url: true })).chunk), [other]);
    assert.deepEqual((await filtered({ not_rooms: [room] })).chunk, []);
    assert.equal((await filtered({ limit: 2 }, { limit: undefined })).chunk.length, 2);
    assert.equal((await filtered({ limit: 2 }, { limit: 1 })).chunk.length, 1);
    const ids = (await allPages(alice, room, { dir: 'b', limit: 1, filter: JSON.stringify({ senders: [bob.userId] }) })).ids;
    assert.equal(ids[0], two);
    assert.equal(ids.length, 2);
    for (const filter of ['{', 'x', '']) await alice.refused(400, 'M_NOT_JSON', 'GET', path(room), { query: { dir: 'b', filter } });
    for (const filter of [
      '[]',
      '7',
      'null',
      '{"types":"x"}',
      '{"types":[1]}',
      '{"limit":"x"}',
      '{"limit":-1}',
      '{"senders":["x"]}',
      '{"a":1,"a":2}',
    ]) {
      await alice.refused(400, 'M_BAD_JSON', 'GET', path(room), { query: { dir: 'b', filter } });
    }
  });

  it('with lazily loaded members those come whose events are shown', async ({ alice, bob, room }) => {
    await bob.sendText(room, 'x');
    const filter = JSON.stringify({ lazy_load_members: true });
    const { state } = await get(alice, room, { dir: 'b', limit: 1, filter });
    assert.deepEqual(
      state?.map((event) => [event.type, event.state_key]),
      [['m.room.member', bob.userId]],
    );
    assert.equal((await get(alice, room, { dir: 'b', limit: 1 })).state, undefined);
  });

  it('wrong tokens and directions are refused', async ({ alice, room }) => {
    for (const token of ['x', '', 's1_2_3', 't1', 't-1_0', 't1_99999999999999999', '__proto__']) {
      await alice.refused(400, 'M_BAD_PAGINATION', 'GET', path(room), { query: { dir: 'b', from: token } });
      await alice.refused(400, 'M_BAD_PAGINATION', 'GET', path(room), { query: { dir: 'f', to: token } });
    }
    for (const dir of ['x', '', 'B', 'fb']) await alice.refused(400, 'M_INVALID_PARAM', 'GET', path(room), { query: { dir } });
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', `${path(room)}?dir=b&dir=f`);
  });

  it('tokens of another room show nothing of that room', async ({ alice, bob, room }) => {
    const secret = await alice.createRoom();
    const hidden = await sendAll(alice, secret, 3);
    const { end } = await get(alice, secret, { dir: 'b', limit: 1 });
    for (const dir of ['b', 'f']) {
      const { chunk } = await get(bob, room, { dir, from: end, limit: 100 });
      assert.deepEqual(
        chunk.filter((event) => event.room_id !== room || hidden.includes(event.event_id)),
        [],
      );
    }
  });

  it('somebody else’s room has no pages', async (people) => {
    const { bob, eve, room } = people;
    for (const closed of await closedRooms(people)) await bob.refused(403, 'M_FORBIDDEN', 'GET', path(closed), { query: { dir: 'b' } });
    await eve.refused(403, 'M_FORBIDDEN', 'GET', path(room), { query: { dir: 'b' } });
    await eve.refused(401, 'M_MISSING_TOKEN', 'GET', path(room), { query: { dir: 'b' }, token: null });
  });

  it('older paths have pages, with an end even where nothing is left for those who always expect one', async ({ alice, room }) => {
    const sent = await sendAll(alice, room, 2);
    for (const prefix of olderPrefixes) {
      const all = (query: Query): Promise<Page> => alice.ok('GET', under(prefix, path(room)), { query });
      const last = await all({ from: 'END', dir: 'b', limit: 2 });
      assert.deepEqual(idsOf(last.chunk), sent.toReversed());
      assert.equal((await all({ from: 'START', dir: 'f', limit: 1 })).chunk[0]?.type, 'm.room.create');
      const whole = await all({ from: 'END', dir: 'b', limit: 100 });
      assert.equal(typeof whole.end, prefix.endsWith('api/v1') ? 'string' : 'undefined');
    }
  });
});
