import assert from 'node:assert/strict';

import { onEachDatabase } from '../rooms/place.ts';
import type { Answer, RequestOptions, Session, TestHearth } from '@hearth/testkit';

type Query = NonNullable<RequestOptions['query']>;
type Shown = { readonly room_id: string; readonly name?: string; readonly children_state: readonly { readonly state_key: string }[] };

const path = (room: string): string => `/_matrix/client/v1/rooms/${encodeURIComponent(room)}/hierarchy`;
const hierarchy = async (client: Session, room: string, query: Query = {}): Promise<{ rooms: Shown[]; next_batch?: string }> =>
  client.ok('GET', path(room), { query });
const names = ({ rooms }: { rooms: readonly Shown[] }): string => rooms.map(({ name }) => name).join(' ');

const room = (owner: Session, name: string, options: object = {}): Promise<string> =>
  owner.createRoom({ name, preset: 'public_chat', ...options });
const space = (owner: Session, name: string, options: object = {}): Promise<string> =>
  room(owner, name, { creation_content: { type: 'm.space' }, ...options });
const adopt = (owner: Session, parent: string, child: string, content: object = {}): Promise<string> =>
  owner.setState(parent, 'm.space.child', child, { via: ['hearth.test'], ...content });

async function pages(client: Session, root: string, query: Query): Promise<Shown[][]> {
  const found: Shown[][] = [];
  for (let from: string | undefined; found.length < 1_000;) {
    const page = await hierarchy(client, root, { ...query, from });
    found.push(page.rooms);
    from = page.next_batch;
    if (from === undefined) return found;
  }
  assert.fail('the pages do not end');
}

/** A space with children that are nowhere, made without a request for each. */
async function wideSpace({ server }: TestHearth, owner: Session, root: string, width: number): Promise<void> {
  for (let start = 0; start < width; start += 100) {
    const intents = Array.from({ length: 100 }, (_, index) => ({
      type: 'm.space.child',
      sender: owner.userId,
      stateKey: `!child${start + index}:hearth.test`,
      content: { via: ['hearth.test'], order: String(start + index).padStart(6, '0') },
    }));
    await server.spine.engine.submitAll(root, intents);
  }
}

onEachDatabase('the hierarchy of a space', (it) => {
  it('is told depth first, children in their order, with what people outside may know of each room', async ({ alice, bob }) => {
    const root = await space(alice, 'root');
    const [inner, first, last, young, deep] = await Promise.all([
      space(alice, 'inner'),
      room(alice, 'first'),
      room(alice, 'last'),
      room(alice, 'young'),
      room(alice, 'deep'),
    ]);
    await adopt(alice, inner, deep);
    await adopt(alice, root, inner, { order: 'm' });
    await adopt(alice, root, last, { order: 'é is no order' });
    await adopt(alice, root, young, { order: 7 });
    await adopt(alice, root, first, { order: 'a', suggested: true });
    const whole = await hierarchy(bob, root);
    assert.equal(names(whole), 'root first inner deep last young');
    const { children_state: children, ...face } = whole.rooms[0] as Shown;
    assert.deepEqual(face, {
      room_id: root,
      room_type: 'm.space',
      room_version: '12',
      name: 'root',
      join_rule: 'public',
      guest_can_join: false,
      world_readable: false,
      num_joined_members: 1,
    });
    assert.deepEqual(
      children.map(({ state_key: key }) => key),
      [first, inner, last, young],
    );
    for (const child of children) {
      assert.deepEqual(Object.keys(child).sort(), ['content', 'origin_server_ts', 'sender', 'state_key', 'type']);
    }
    assert.equal(names(await hierarchy(bob, root, { max_depth: 0 })), 'root');
    assert.equal(names(await hierarchy(bob, root, { max_depth: 1 })), 'root first inner last young');
    const suggested = await hierarchy(bob, root, { suggested_only: true });
    assert.equal(names(suggested), 'root first');
    assert.equal(suggested.rooms[0]?.children_state.length, 1);
    await alice.setState(root, 'm.space.child', first, {});
    await alice.setState(root, 'm.space.child', last, { via: [] });
    assert.equal(names(await hierarchy(bob, root)), 'root inner deep young');
  });

  it('comes in pages that together are the whole, and may be asked again; settings hold from the first page on', async ({ alice, bob }) => {
    const root = await space(alice, 'root');
    for (let index = 0; index < 7; index += 1) await adopt(alice, root, await room(alice, `r${index}`), { order: `${index}` });
    const found = await pages(bob, root, { limit: 3 });
    assert.deepEqual(
      found.map((rooms) => names({ rooms })),
      ['root r0 r1', 'r2 r3 r4', 'r5 r6'],
    );
    const { next_batch: from } = await hierarchy(bob, root, { limit: 3, max_depth: 5 });
    for (let count = 0; count < 2; count += 1) assert.equal(names(await hierarchy(bob, root, { limit: 2, max_depth: 5, from })), 'r2 r3');
    for (const query of [
      { from, max_depth: 4 },
      { from },
      { from, max_depth: 5, suggested_only: true },
      { from: 'h9' },
      { from: 'h999999.5.0', max_depth: 5 },
      { limit: 0 },
      { max_depth: -1 },
    ]) {
      await bob.refused(400, 'M_INVALID_PARAM', 'GET', path(root), { query });
    }
  });

  it('goes on after a restart, or on another node, where the walk is not remembered', async ({ alice, bob, hearth }) => {
    const root = await space(alice, 'root');
    for (let index = 0; index < 5; index += 1) await adopt(alice, root, await room(alice, `r${index}`), { order: `${index}` });
    const { next_batch: from } = await hierarchy(alice, root, { limit: 3 });
    // Bob never asked for the first page: nothing of his walk is remembered.
    assert.equal(names(await hierarchy(bob, root, { limit: 3, from })), 'r2 r3 r4');
    assert.ok(hearth);
  });

  it('shows only what somebody could enter, knock at or read, and goes no further from what it does not show', async (place) => {
    const { alice, bob, carol } = place;
    const root = await space(alice, 'root');
    await bob.join(root);
    const rule = (join_rule: string, more: object = {}): object => ({
      preset: 'private_chat',
      initial_state: [{ type: 'm.room.join_rules', content: { join_rule, ...more } }],
    });
    const allow = [{ type: 'm.room_membership', room_id: root }];
    for (const [name, options] of [
      ['private', { preset: 'private_chat' }],
      ['invited', { preset: 'private_chat', invite: [bob.userId] }],
      ['knock', rule('knock')],
      ['unknown-knock', { ...rule('knock'), room_version: '6' }],
      ['restricted', rule('restricted', { allow })],
      ['knock-restricted', rule('knock_restricted', { allow })],
      [
        'readable',
        { ...rule('invite'), initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'world_readable' } }] },
      ],
    ] as const) {
      await adopt(alice, root, await room(alice, name, options), { order: name });
    }
    const hidden = await space(alice, 'hidden', { preset: 'private_chat' });
    await adopt(alice, hidden, await room(alice, 'behind'));
    await adopt(alice, root, hidden);
    const banning = await room(alice, 'banning');
    await alice.ban(banning, bob.userId);
    await adopt(alice, root, banning);
    assert.equal(names(await hierarchy(bob, root)), 'root invited knock knock-restricted readable restricted');
    assert.equal(names(await hierarchy(carol, root)), 'root knock knock-restricted readable banning');
    const restricted = (await hierarchy(bob, root)).rooms.find(({ name }) => name === 'restricted');
    assert.deepEqual((restricted as unknown as { allowed_room_ids: string[] }).allowed_room_ids, [root]);
  });

  it('AC-05: a root that one may not look at answers as one that does not exist', async ({ alice, bob }) => {
    const closed = await space(alice, 'closed', { preset: 'private_chat' });
    const said = new Set<string>();
    for (const root of [closed, '!nowhere:hearth.test', 'nothing']) {
      said.add(JSON.stringify(await bob.refused(403, 'M_FORBIDDEN', 'GET', path(root))));
    }
    assert.equal(said.size, 1);
  });

  it('MD-18: a space that is its own child, or part of a circle, is told once', async ({ alice, bob }) => {
    const root = await space(alice, 'root');
    await adopt(alice, root, root);
    assert.equal(names(await hierarchy(bob, root)), 'root');
    const circle = [root, ...(await Promise.all([1, 2, 3].map((index) => space(alice, `s${index}`))))];
    for (const [index, each] of circle.entries()) await adopt(alice, each, circle[(index + 1) % circle.length] ?? '');
    assert.equal(names(await hierarchy(bob, root)), 'root s1 s2 s3');
  });

  it('MD-18: a chain of 1,000 spaces that ends where it began is followed to the depth that is allowed, page by page', async ({
    alice,
    bob,
  }) => {
    const chain: string[] = [];
    for (let index = 0; index < 1_000; index += 1) {
      const next = chain.at(-1);
      const link = next === undefined ? [] : [{ type: 'm.space.child', state_key: next, content: { via: ['hearth.test'] } }];
      chain.push(await space(alice, `s${index}`, { initial_state: link }));
    }
    const root = chain.at(-1) ?? '';
    await adopt(alice, chain[0] ?? '', root);
    const found = (await pages(bob, root, { limit: 30 })).flat();
    assert.equal(found.length, 101);
    assert.equal(new Set(found.map(({ room_id: id }) => id)).size, 101);
  });

  it('MD-18: a space with 10,000 children is answered in bounded pages with its first 2,000', async ({ alice, bob, hearth }) => {
    const root = await space(alice, 'root');
    await wideSpace(hearth, alice, root, 10_000);
    const answer: Answer = await bob.request('GET', path(root), { query: { limit: 100_000 } });
    assert.equal(answer.status, 200);
    assert.equal(answer.body.rooms[0].children_state.length, 2_000);
    assert.equal(answer.body.rooms[0].children_state.at(-1).state_key, '!child1999:hearth.test');
    assert.ok(answer.bytes.length < 1_000_000, `${answer.bytes.length} bytes`);
    const { counters } = hearth.server.database;
    const before = counters.statementsRead;
    const next = await hierarchy(bob, root, { from: answer.body.next_batch });
    assert.deepEqual(next.rooms, []);
    assert.ok(counters.statementsRead - before <= 600, `${counters.statementsRead - before} statements for one page`);
    assert.ok((await pages(bob, root, {})).length <= 6);
  });
});
