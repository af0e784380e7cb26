import assert from 'node:assert/strict';
import { test } from 'node:test';

import { onEachDatabase, password, type Place } from '../rooms/place.ts';
import { TestClock } from '@hearth/kit/testing';
import { type Session, startHearth } from '@hearth/testkit';

type Room = {
  readonly room_id: string;
  readonly name?: string;
  readonly topic?: string;
  readonly num_joined_members: number;
  readonly aliases?: readonly string[];
};
type Page = {
  readonly chunk: readonly Room[];
  readonly next_batch?: string;
  readonly prev_batch?: string;
  readonly total_room_count_estimate: number;
};

const path = '/_matrix/client/v3/publicRooms';

function query(client: Session, body: object): Promise<Page> {
  return client.ok('POST', path, { body });
}

async function search(client: Session, term: string): Promise<string[]> {
  return idsOf(await query(client, { filter: { generic_search_term: term } }));
}

function idsOf({ chunk }: Page): string[] {
  return chunk.map((room) => room.room_id);
}

function publish(client: Session, options: object = {}): Promise<string> {
  return client.createRoom({ visibility: 'public', preset: 'public_chat', ...options });
}

/** A creator with rooms that hold a word of their own. */
async function rooms(
  { hearth }: Place,
  word: string,
  count: number,
): Promise<{ readonly owner: Session; readonly ids: readonly string[] }> {
  const owner = await hearth.client.register(`owner-${word}`, password);
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await publish(owner, { name: `${word} ${index}` }));
  return { owner, ids };
}

onEachDatabase('the list of public rooms', (it) => {
  it('says of a room what its state says, and follows it', async ({ alice, bob }) => {
    const id = await publish(alice, {
      name: 'Stars',
      topic: 'What shines',
      room_alias_name: 'stars',
      creation_content: { type: 'm.space' },
      initial_state: [
        { type: 'm.room.avatar', content: { url: 'mxc://hearth.test/star' } },
        { type: 'm.room.history_visibility', content: { history_visibility: 'world_readable' } },
        { type: 'm.room.guest_access', content: { guest_access: 'can_join' } },
      ],
    });
    const [room] = (await query(bob, { filter: { generic_search_term: 'Stars' } })).chunk;
    assert.deepEqual(room, {
      room_id: id,
      num_joined_members: 1,
      canonical_alias: '#stars:hearth.test',
      name: 'Stars',
      topic: 'What shines',
      avatar_url: 'mxc://hearth.test/star',
      join_rule: 'public',
      room_type: 'm.space',
      world_readable: true,
      guest_can_join: true,
    });
    await bob.join(id);
    await alice.setState(id, 'm.room.name', '', { name: 'Moons' });
    await alice.setState(id, 'm.room.topic', '', {});
    await alice.setState(id, 'm.room.avatar', '', { url: 'https://elsewhere.example/picture' });
    assert.deepEqual(await search(bob, 'Stars'), [id], 'its alias still says so');
    const [changed] = (await query(bob, { filter: { generic_search_term: 'moon' } })).chunk;
    assert.deepEqual([changed?.name, changed?.topic, changed?.num_joined_members], ['Moons', undefined, 2]);
    assert.equal(changed !== undefined && 'avatar_url' in changed, false);
  });

  it('a redacted name is told no more', async ({ alice }) => {
    const id = await publish(alice);
    const event = await alice.setState(id, 'm.room.name', '', { name: 'Slander' });
    assert.deepEqual(await search(alice, 'slander'), [id]);
    await alice.redact(id, event);
    assert.deepEqual(await search(alice, 'slander'), []);
  });

  it('is searched by parts of names, topics and aliases in any script, and all words must be found', async ({ alice }) => {
    const tokyo = await publish(alice, { name: '東京都民の会', topic: 'ข่าวกรุงเทพ' });
    const cafe = await publish(alice, { name: 'Café für Übermut', room_alias_name: 'koffein' });
    for (const term of ['京都', '都民の', 'กรุง']) assert.deepEqual(await search(alice, term), [tokyo], term);
    for (const term of ['CAFE', 'ubermut cafe', 'fein', 'ermu']) assert.deepEqual(await search(alice, term), [cafe], term);
    for (const term of ['cafe 京都', '!?', 'caffe']) assert.deepEqual(await search(alice, term), [], term);
    await alice.ok('PUT', '/_matrix/client/v3/directory/room/%23latecomer:hearth.test', { body: { room_id: cafe } });
    assert.deepEqual(await search(alice, 'latecom'), [cafe]);
    await alice.ok('DELETE', '/_matrix/client/v3/directory/room/%23latecomer:hearth.test');
    assert.deepEqual(await search(alice, 'latecom'), []);
  });

  it('is filtered by the types of rooms, of which null is none', async ({ alice }) => {
    const space = await publish(alice, { name: 'Typed space', creation_content: { type: 'm.space' } });
    const plain = await publish(alice, { name: 'Typed plain' });
    const odd = await publish(alice, { name: 'Typed odd', creation_content: { type: 'org.example.odd' } });
    const of = async (types: readonly (string | null)[]): Promise<readonly string[]> =>
      idsOf(await query(alice, { filter: { generic_search_term: 'typed', room_types: types } })).sort();
    assert.deepEqual(await of(['m.space']), [space]);
    assert.deepEqual(await of([null]), [plain]);
    assert.deepEqual(await of([null, 'org.example.odd']), [plain, odd].sort());
    assert.deepEqual(await of([]), []);
  });

  it('a24: holds still while it is paged through both ways, whatever is published or joined meanwhile', async (place) => {
    const { owner, ids } = await rooms(place, 'zebra', 7);
    const { bob } = place;
    const filter = { generic_search_term: 'zebra' };
    await bob.join(ids[3] ?? '');
    const first = await query(owner, { limit: 3, filter });
    assert.equal(first.chunk[0]?.room_id, ids[3], 'most members first');
    assert.equal(first.prev_batch, undefined);
    const late = await publish(owner, { name: 'zebra late' });
    await bob.join(ids[6] ?? '');
    const second = await query(owner, { limit: 3, since: first.next_batch });
    const third = await query(owner, { limit: 3, since: second.next_batch });
    assert.equal(third.next_batch, undefined);
    const all = [first, second, third];
    assert.deepEqual(all.flatMap(idsOf).sort(), [...ids].sort(), 'each room once');
    assert.deepEqual(new Set(all.map((page) => page.total_room_count_estimate)), new Set([7]));
    const back = await query(owner, { limit: 3, since: third.prev_batch });
    assert.deepEqual(idsOf(back), idsOf(second));
    assert.deepEqual(idsOf(await query(owner, { limit: 3, since: back.prev_batch })), idsOf(first));
    const anew = await query(owner, { filter });
    assert.deepEqual([anew.total_room_count_estimate, idsOf(anew).includes(late)], [8, true]);
    await owner.ok('PUT', `/_matrix/client/v3/directory/list/room/${second.chunk[0]?.room_id}`, { body: { visibility: 'private' } });
    assert.deepEqual(
      idsOf(await query(owner, { limit: 3, since: first.next_batch })),
      idsOf(second).slice(1),
      'what is withdrawn is not told',
    );
  });

  it('GET has limit and since too, and refuses what is no token or no number', async (place) => {
    const { owner } = await rooms(place, 'yak', 2);
    const first: Page = await owner.ok('GET', path, { query: { limit: 1 } });
    assert.equal(first.chunk.length, 1);
    const second: Page = await owner.ok('GET', path, { query: { limit: 1, since: first.next_batch } });
    assert.notEqual(second.chunk[0]?.room_id, first.chunk[0]?.room_id);
    for (const since of ['', 'x', 'f_0_short', 'f_9_AAAAAAAAAAAAAAAAAAAAAA', 'f_-1_AAAAAAAAAAAAAAAAAAAAAA']) {
      await owner.refused(400, 'M_INVALID_PARAM', 'GET', path, { query: { since } });
      await owner.refused(400, 'M_INVALID_PARAM', 'POST', path, { body: { since } });
    }
    for (const limit of ['-1', 'many', '1.5']) await owner.refused(400, 'M_INVALID_PARAM', 'GET', path, { query: { limit } });
    await owner.refused(400, 'M_BAD_JSON', 'POST', path, { body: { filter: { room_types: [1] } } });
  });

  it('other servers’ lists are refused, and bridged networks have none', async ({ alice }) => {
    assert.ok((await alice.ok('GET', path, { query: { server: 'hearth.test' } })).chunk.length > 0);
    await alice.refused(400, 'M_UNKNOWN', 'GET', path, { query: { server: 'other.example' } });
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', path, { query: { server: 'not a name' }, body: {} });
    assert.deepEqual((await query(alice, { third_party_instance_id: 'irc' })).chunk, []);
  });

  it('is for users of the server, as long as no setting says otherwise', async ({ hearth }) => {
    await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', path);
    await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', '/_matrix/client/api/v1/publicRooms');
    await hearth.client.refused(401, 'M_MISSING_TOKEN', 'POST', path, { body: {} });
  });

  it('clients of 2015 get aliases, null for what is absent, and tokens for both ends', async (place) => {
    const { owner, ids } = await rooms(place, 'xerus', 2);
    await publish(owner, { room_alias_name: 'xerus-alias', name: 'xerus alias' });
    await owner.setState(ids[0] ?? '', 'm.room.name', '', {});
    const read = (from?: string): Promise<{ chunk: Room[]; start: string; end: string }> =>
      owner.ok('GET', '/_matrix/client/api/v1/publicRooms', { query: { limit: 2, from } });
    const seen = new Map<string, Room>();
    let page = await read();
    const { start } = page;
    while (page.chunk.length > 0) {
      for (const room of page.chunk) seen.set(room.room_id, room);
      page = await read(page.end);
    }
    const nameless = seen.get(ids[0] ?? '');
    assert.deepEqual([nameless?.name, nameless?.topic, nameless?.aliases], [null, null, []]);
    const named = [...seen.values()].find(({ name }) => name === 'xerus alias');
    assert.deepEqual(named?.aliases, ['#xerus-alias:hearth.test']);
    assert.deepEqual((await read(start)).chunk, [], 'nothing is before the beginning');
  });

  it('rooms that everybody has left are not shown', async ({ alice }) => {
    const id = await publish(alice, { name: 'wombat' });
    assert.deepEqual(await search(alice, 'wombat'), [id]);
    await alice.leave(id);
    assert.deepEqual(await search(alice, 'wombat'), []);
  });
});

void test('a24: a list that nobody turned a page of for ten minutes is let go', async (t) => {
  const clock = new TestClock();
  const hearth = await startHearth({ clock });
  t.after(() => hearth.stop());
  const alice = await hearth.client.register('alice', password);
  for (let index = 0; index < 2; index += 1) await publish(alice);
  const { next_batch: since } = await query(alice, { limit: 1 });
  await clock.advanceSettling(9 * 60_000);
  assert.equal((await query(alice, { limit: 1, since })).chunk.length, 1);
  await clock.advanceSettling(11 * 60_000);
  const { error } = await alice.refused(400, 'M_INVALID_PARAM', 'POST', path, { body: { limit: 1, since } });
  assert.match(error, /expired/);
});

void test('with HEARTH_PUBLIC_DIRECTORY strangers read the list, on all its paths', async (t) => {
  const hearth = await startHearth({ env: { HEARTH_PUBLIC_DIRECTORY: 'on' } });
  t.after(() => hearth.stop());
  const id = await publish(await hearth.client.register('alice', password), { name: 'For all' });
  for (const prefix of ['/_matrix/client/v3', '/_matrix/client/r0', '/_matrix/client/api/v1']) {
    assert.deepEqual(idsOf(await hearth.client.ok('GET', `${prefix}/publicRooms`)), [id], prefix);
  }
});

void test('the list is built anew when its cursor is gone', async (t) => {
  let hearth = await startHearth();
  t.after(() => hearth.stop());
  const alice = await hearth.client.register('alice', password);
  const id = await publish(alice, { name: 'Rebuilt' });
  assert.deepEqual(await search(alice, 'rebuilt'), [id]);
  const forget = ['room_cards', 'room_parts', 'open_rooms', 'user_parts', 'cursors'].map((table) => ({
    run: { name: `test-forget-${table}`, sql: `DELETE FROM ${table}`, reach: 'point' as const },
    params: [],
  }));
  await hearth.server.database.write({ claims: [], statements: forget, stream: [] });
  hearth = await hearth.restart();
  const again = await hearth.client.login('alice', password);
  assert.deepEqual(await search(again, 'rebuilt'), [id]);
  // Nobody finds themselves.
  const bob = await hearth.client.register('bob', password);
  await bob.join(id);
  assert.equal((await bob.ok('POST', '/_matrix/client/v3/user_directory/search', { body: { search_term: 'ali' } })).results.length, 1);
});
