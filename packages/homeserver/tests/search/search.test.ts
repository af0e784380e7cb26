import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { newPostgresDatabase, type TestDatabase } from '@hearth/storage/testing';
import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

type Event = { readonly event_id: string; readonly room_id: string };
type Result = {
  readonly rank: number;
  readonly result: Event;
  readonly context?: {
    readonly start: string;
    readonly events_before: readonly Event[];
    readonly events_after: readonly Event[];
    readonly profile_info?: Record<string, { readonly displayname?: string }>;
  };
};
type Found = {
  readonly count: number;
  readonly highlights: readonly string[];
  readonly results: readonly Result[];
  readonly next_batch?: string;
  readonly groups?: Record<string, Record<string, { readonly results: readonly string[] }>>;
  readonly state?: Record<string, readonly { readonly type: string }[]>;
};

const path = '/_matrix/client/v3/search';

for (const engine of ['sqlite', 'postgres'] as const) {
  void describe(`search on ${engine}`, () => {
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
      await bob.ok('PUT', `/_matrix/client/v3/profile/${encodeURIComponent(bob.userId)}/displayname`, { body: { displayname: 'Bob B.' } });
    });
    beforeEach(async () => {
      room = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(room);
    });
    after(async () => {
      await hearth.stop();
      await database?.remove();
    });

    const search = async (client: Session, term: string, more: object = {}, query: Record<string, string> = {}): Promise<Found> => {
      const body = { search_categories: { room_events: { search_term: term, ...more } } };
      return (await client.ok('POST', path, { body, query })).search_categories.room_events as Found;
    };
    const ids = ({ results }: Found): string[] => results.map(({ result }) => result.event_id);
    const recent = { order_by: 'recent' };

    test('messages, names and topics are found by all of the words, in any order and form, or only in the keys that are named', async () => {
      const tea = await alice.sendText(room, 'Tea at four, in the GARDEN');
      const coffee = await alice.sendText(room, 'Coffee in the café garden');
      const topic = await alice.setState(room, 'm.room.topic', '', { topic: 'About the garden' });
      const only = { ...recent, filter: { rooms: [room] } };
      assert.deepEqual(ids(await search(bob, 'garden', only)), [topic, coffee, tea]);
      assert.deepEqual(ids(await search(bob, 'GARDEN tea', only)), [tea]);
      assert.deepEqual(ids(await search(bob, 'cafe', only)), [coffee]);
      assert.deepEqual(ids(await search(bob, 'garden', { ...only, keys: ['content.topic'] })), [topic]);
      assert.deepEqual(ids(await search(bob, 'gard', only)), []);
      assert.deepEqual(ids(await search(bob, '...', only)), []);
      assert.deepEqual((await search(bob, 'Tea, garden!', only)).highlights, ['tea', 'garden']);
    });

    test('words of scripts without spaces are found', async () => {
      const chinese = await alice.sendText(room, '我喜欢音乐');
      const japanese = await alice.sendText(room, '私は東京に住んでいます');
      const thai = await alice.sendText(room, 'ภาษาไทยง่าย');
      for (const [term, event] of [
        ['音乐', chinese],
        ['東京', japanese],
        ['ไทย', thai],
      ] as const) {
        assert.deepEqual(ids(await search(bob, term, { filter: { rooms: [room] } })), [event], term);
      }
    });

    test('the best come first, or the newest; pages meet without gap or overlap', async () => {
      const long = await alice.sendText(room, `apple ${'and many other words that stand here '.repeat(5)}`);
      const short = await alice.sendText(room, 'apple');
      const twice = await alice.sendText(room, 'apple apple and pears');
      const more = { filter: { rooms: [room] } };
      assert.deepEqual(ids(await search(bob, 'apple', more)), [short, twice, long]);
      for (const order_by of ['rank', 'recent']) {
        const walked: string[] = [];
        let next: string | undefined;
        for (let pages = 0; pages < 5; pages += 1) {
          const page = await search(
            bob,
            'apple',
            { order_by, filter: { rooms: [room], limit: 1 } },
            next === undefined ? {} : { next_batch: next },
          );
          walked.push(...ids(page));
          assert.equal(page.count, 3);
          next = page.next_batch;
          if (next === undefined) break;
        }
        assert.deepEqual(walked, order_by === 'rank' ? [short, twice, long] : [twice, short, long]);
      }
    });

    test('AC-01 nobody finds what they may not see: other rooms, before joining, after leaving; invitations do not count', async () => {
      const secret = await alice.createRoom();
      await alice.sendText(secret, 'xylophone');
      const joined = { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } };
      const later = await alice.createRoom({ preset: 'public_chat', initial_state: [joined] });
      await alice.sendText(later, 'xylophone too early');
      await bob.join(later);
      const seen = await alice.sendText(later, 'xylophone in time');
      await bob.leave(later);
      await alice.sendText(later, 'xylophone too late');
      await alice.invite(secret, bob.userId);
      assert.deepEqual(ids(await search(bob, 'xylophone')), [seen]);
      assert.deepEqual(ids(await search(bob, 'xylophone', { filter: { rooms: [secret] } })), []);
      await bob.forget(later);
      assert.deepEqual(ids(await search(bob, 'xylophone')), []);
      assert.equal(ids(await search(alice, 'xylophone')).length, 4);
    });

    test('EA-10 a redacted message is not found, also when it was redacted before it was indexed', async () => {
      const early = await alice.sendText(room, 'zebra one');
      assert.deepEqual(ids(await search(alice, 'zebra')), [early], 'it is indexed');
      await alice.redact(room, early);
      const late = await alice.sendText(room, 'zebra two');
      await alice.redact(room, late);
      assert.deepEqual(ids(await search(alice, 'zebra')), []);
      assert.equal((await search(alice, 'zebra')).count, 0, 'nor is it in the index');
    });

    test('a result comes with what was said around it, who said it, the state of its room, and in groups', async () => {
      const first = await bob.sendText(room, 'before');
      const hit = await bob.sendText(room, 'quince');
      const last = await alice.sendText(room, 'after');
      const found = await search(alice, 'quince', {
        event_context: { before_limit: 1, after_limit: 3, include_profile: true },
        include_state: true,
        groupings: { group_by: [{ key: 'room_id' }, { key: 'sender' }] },
      });
      const [result] = found.results;
      assert.equal(result?.result.event_id, hit);
      assert.deepEqual(
        result?.context?.events_before.map(({ event_id }) => event_id),
        [first],
      );
      assert.deepEqual(
        result?.context?.events_after.map(({ event_id }) => event_id),
        [last],
      );
      assert.equal(result?.context?.profile_info?.[bob.userId]?.displayname, 'Bob B.');
      assert.deepEqual(Object.keys(found.state ?? {}), [room]);
      assert.deepEqual(found.groups?.['room_id']?.[room]?.results, [hit]);
      assert.deepEqual(found.groups?.['sender']?.[bob.userId]?.results, [hit]);
    });

    test('a filter chooses among what is found, and what is no search is refused', async () => {
      const ours = await alice.sendText(room, 'walnut');
      await bob.sendText(room, 'walnut');
      assert.deepEqual(ids(await search(bob, 'walnut', { filter: { senders: [alice.userId] } })), [ours]);
      await hearth.client.refused(401, 'M_MISSING_TOKEN', 'POST', path, { body: { search_categories: {} } });
      assert.deepEqual(await bob.ok('POST', path, { body: { search_categories: {} } }), { search_categories: {} });
      for (const body of [
        {},
        { search_categories: { room_events: {} } },
        { search_categories: { room_events: { search_term: 'x'.repeat(1_001) } } },
      ]) {
        const { status, body: answer } = await bob.request('POST', path, { body });
        assert.equal(status, 400);
        assert.match(answer.errcode, /^M_(BAD_JSON|MISSING_PARAM|INVALID_PARAM)$/);
      }
      const body = { search_categories: { room_events: { search_term: 'walnut', order_by: 'recent' } } };
      await bob.refused(400, 'M_INVALID_PARAM', 'POST', path, { body, query: { next_batch: 'k1' } });
    });
  });
}
