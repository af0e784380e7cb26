import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { newPostgresDatabase, type TestDatabase } from '@hearth/storage/testing';
import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

type Event = {
  readonly event_id: string;
  readonly content: { readonly body?: string };
  readonly unsigned?: {
    readonly 'm.relations'?: {
      readonly 'm.replace'?: Event;
      readonly 'm.reference'?: { readonly chunk: readonly { readonly event_id: string }[] };
      readonly 'm.thread'?: { readonly latest_event: Event; readonly count: number; readonly current_user_participated: boolean };
    };
  };
};
type Page = {
  readonly chunk: readonly Event[];
  readonly next_batch?: string;
  readonly prev_batch?: string;
  readonly recursion_depth?: number;
};

const path = (room: string, rest: string): string => `/_matrix/client/v1/rooms/${encodeURIComponent(room)}/${rest}`;
const ids = ({ chunk }: Page): string[] => chunk.map((event) => event.event_id);
const relating = (relType: string, target: string, body: string, more: object = {}) => ({
  msgtype: 'm.text',
  body,
  'm.relates_to': { rel_type: relType, event_id: target },
  ...more,
});
const edited = (target: string, body: string) =>
  relating('m.replace', target, `* ${body}`, { 'm.new_content': { msgtype: 'm.text', body } });

for (const engine of ['sqlite', 'postgres'] as const) {
  void describe(`relations on ${engine}`, () => {
    let hearth: TestHearth;
    let database: TestDatabase | undefined;
    let alice: Session;
    let bob: Session;
    let room: string;
    before(async () => {
      database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
      hearth = await startHearth(database === undefined ? {} : { env: { HEARTH_DATABASE: database.url } });
      alice = await hearth.client.register('alice', 'password of alice');
      bob = await hearth.client.register('bob', 'password of bob');
      room = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(room);
    });
    after(async () => {
      await hearth.stop();
      await database?.remove();
    });
    const message = (client: Session, content: object): Promise<string> =>
      client.send(room, 'm.room.message', content as Record<string, unknown>);
    const relations = (client: Session, target: string, rest = '', query: Record<string, string> = {}): Promise<Page> =>
      client.ok('GET', path(room, `relations/${encodeURIComponent(target)}${rest}`), { query }) as Promise<Page>;
    const told = async (client: Session, eventId: string) => ((await client.event(room, eventId)) as Event).unsigned?.['m.relations'];

    test('relations are told newest first, of all kinds, of one, and of one event type', async () => {
      const target = await alice.sendText(room, 'target');
      const edit = await message(alice, edited(target, 'better'));
      const reaction = await bob.send(room, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: target, key: '👍' } });
      const reply = await message(bob, relating('m.thread', target, 'in thread'));
      assert.deepEqual(ids(await relations(alice, target)), [reply, reaction, edit]);
      assert.deepEqual(ids(await relations(alice, target, '', { dir: 'f' })), [edit, reaction, reply]);
      assert.deepEqual(ids(await relations(alice, target, '/m.annotation')), [reaction]);
      assert.deepEqual(ids(await relations(alice, target, '/m.annotation/m.reaction')), [reaction]);
      assert.deepEqual(ids(await relations(alice, target, '/m.annotation/m.room.message')), []);
      await alice.refused(404, 'M_NOT_FOUND', 'GET', path(room, 'relations/%24nothing'));
    });

    test('pages meet without gap or overlap, in both directions', async () => {
      const target = await alice.sendText(room, 'target');
      const sent: string[] = [];
      for (let count = 0; count < 7; count += 1) sent.push(await message(bob, relating('m.reference', target, `${count}`)));
      for (const dir of ['b', 'f'] as const) {
        const walked: string[] = [];
        let from: string | undefined;
        for (let pages = 0; pages < 10; pages += 1) {
          const page = await relations(alice, target, '', { dir, limit: '3', ...(from === undefined ? {} : { from }) });
          walked.push(...ids(page));
          assert.equal(page.prev_batch, from);
          from = page.next_batch;
          if (from === undefined) break;
        }
        assert.deepEqual(walked, dir === 'f' ? sent : sent.toReversed());
      }
    });

    test('relations of relations are told where that is asked for, up to three steps away', async () => {
      const target = await alice.sendText(room, 'target');
      const chain: string[] = [];
      let last = target;
      for (let count = 0; count < 4; count += 1) chain.push((last = await message(bob, relating('m.reference', last, `${count}`))));
      assert.deepEqual(ids(await relations(alice, target)), chain.slice(0, 1));
      const page = await relations(alice, target, '', { recurse: 'true', dir: 'f' });
      assert.deepEqual(ids(page), chain.slice(0, 3));
      assert.equal(page.recursion_depth, 3);
    });

    test('an event tells its newest edit by its own sender, and no other', async () => {
      const target = await alice.sendText(room, 'first');
      const edit = await message(alice, edited(target, 'second'));
      await message(bob, edited(target, 'forged'));
      await alice.send(room, 'm.reaction', edited(target, 'of another type'));
      assert.equal((await told(bob, target))?.['m.replace']?.event_id, edit);
      const newer = await message(alice, edited(target, 'third'));
      assert.equal((await told(bob, target))?.['m.replace']?.event_id, newer);
      await alice.redact(room, newer);
      assert.equal((await told(bob, target))?.['m.replace']?.event_id, edit, 'the one before, when the newest is redacted');
      assert.equal(await told(bob, edit), undefined, 'an edit has no edits');
    });

    test('a thread tells its newest reply, how many there are, and whether the reader is part of it', async () => {
      const root = await alice.sendText(room, 'root');
      await message(bob, relating('m.thread', root, 'one'));
      const latest = await message(bob, relating('m.thread', root, 'two'));
      await message(bob, edited(latest, 'two, edited'));
      const carol = await hearth.client.register(`carol-${engine}`, 'password of carol');
      await carol.join(room);
      const seen = (await told(carol, root))?.['m.thread'];
      assert.deepEqual([seen?.latest_event.event_id, seen?.count, seen?.current_user_participated], [latest, 2, false]);
      assert.equal(seen?.latest_event.unsigned?.['m.relations']?.['m.replace']?.content.body, '* two, edited');
      assert.equal((await told(alice, root))?.['m.thread']?.current_user_participated, true, 'of her own root');
      assert.equal((await told(bob, root))?.['m.thread']?.current_user_participated, true);
    });

    test('what is redacted leaves the relations, the count of its thread, and the list of threads', async () => {
      const root = await alice.sendText(room, 'root');
      const first = await message(bob, relating('m.thread', root, 'one'));
      const second = await message(bob, relating('m.thread', root, 'two'));
      await bob.redact(room, second);
      const seen = (await told(bob, root))?.['m.thread'];
      assert.deepEqual([seen?.latest_event.event_id, seen?.count], [first, 1]);
      assert.deepEqual(ids(await relations(alice, root)), [first]);
      await bob.redact(room, first);
      assert.equal(await told(bob, root), undefined);
      const threads: Page = await alice.ok('GET', path(room, 'threads'));
      assert.ok(!ids(threads).includes(root));
    });

    test('threads are listed by their newest reply, all or only those that the reader is part of', async () => {
      const own = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(own);
      const send = (client: Session, target: string): Promise<string> =>
        client.send(own, 'm.room.message', relating('m.thread', target, 'reply'));
      const [one, two, three] = [await alice.sendText(own, '1'), await alice.sendText(own, '2'), await bob.sendText(own, '3')];
      await send(bob, one);
      await send(alice, two);
      await send(alice, three);
      await send(bob, one);
      const list = (client: Session, query: Record<string, string> = {}): Promise<Page> =>
        client.ok('GET', path(own, 'threads'), { query });
      assert.deepEqual(ids(await list(alice)), [one, three, two]);
      assert.deepEqual(ids(await list(bob, { include: 'participated' })), [one, three]);
      const firstPage = await list(alice, { limit: '2' });
      assert.deepEqual(ids(firstPage), [one, three]);
      assert.deepEqual(ids(await list(alice, { limit: '2', from: firstPage.next_batch ?? '' })), [two]);
      const carol = await hearth.client.register(`dave-${engine}`, 'password of dave');
      await carol.refused(403, 'M_FORBIDDEN', 'GET', path(own, 'threads'));
    });

    test('a chain of threads without end does not make an answer without end', async () => {
      let last = await alice.sendText(room, 'root');
      const root = last;
      for (let count = 0; count < 5; count += 1) last = await message(bob, relating('m.thread', last, `${count}`));
      const nested = (await told(alice, root))?.['m.thread']?.latest_event;
      assert.equal(nested?.unsigned?.['m.relations'], undefined);
    });

    test('relations in another room count for nothing', async () => {
      const target = await alice.sendText(room, 'target');
      const other = await bob.createRoom();
      await bob.send(other, 'm.room.message', relating('m.thread', target, 'elsewhere'));
      await bob.send(other, 'm.room.message', relating('m.reference', target, 'elsewhere'));
      assert.equal(await told(bob, target), undefined);
      assert.deepEqual(ids(await relations(bob, target)), []);
      assert.deepEqual(ids(await relations(bob, target, '', { recurse: 'true' })), []);
      await bob.refused(404, 'M_NOT_FOUND', 'GET', path(other, `relations/${encodeURIComponent(target)}`));
    });
  });
}
