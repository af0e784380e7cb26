import assert from 'node:assert/strict';

import { ModelRoom } from '../../src/engine/testing/model-room.ts';
import { OtherServers } from '../../src/engine/testing/other-servers.ts';
import { text } from '../engine/place.ts';
import { idsOf, onEachServer } from '../timeline/people.ts';
import type { Session } from '@hearth/testkit';

/** All that a walk finds, and in how many pages. */
async function walk(client: Session, room: string, dir: 'b' | 'f', limit: number): Promise<{ ids: readonly string[]; pages: number }> {
  const ids: string[] = [];
  let [from, pages]: [string | undefined, number] = [undefined, 0];
  do {
    const page = await client.messages(room, { dir, limit, from });
    ids.push(...idsOf(page.chunk));
    from = page.end as string | undefined;
    pages += 1;
  } while (from !== undefined && pages < 200);
  return { ids: dir === 'b' ? ids.toReversed() : ids, pages };
}

onEachServer('a walk through a room', (it) => {
  it('MD-12 goes on past 500 rejected events, to the very start, and shows none of them', async ({ hearth, alice, bob, room }) => {
    const { engine } = hearth.server.spine;
    const before = await alice.sendText(room, 'before');
    const servers = new OtherServers();
    const model = await ModelRoom.of(engine, room, servers);
    // Somebody who is not in the room: what they send is not allowed.
    const rejected = Array.from({ length: 500 }, (_, index) =>
      model.build({ ...text('@mallory:b.test', `no ${index}`), prev: model.leaves }),
    );
    const verdicts = [];
    for (let start = 0; start < rejected.length; start += 50) {
      const pdus = rejected.slice(start, start + 50).map(({ pdu }) => pdu);
      verdicts.push(...(await engine.receive(room, pdus, { keyOf: servers.keyOf })));
    }
    assert.deepEqual([...new Set(verdicts.map(({ verdict }) => verdict))], ['rejected']);
    const after = await alice.sendText(room, 'after');
    for (const client of [alice, bob]) {
      const [back, forth] = [await walk(client, room, 'b', 3), await walk(client, room, 'f', 3)];
      assert.deepEqual(back.ids, forth.ids);
      assert.deepEqual(back.ids.slice(-2), [before, after]);
      assert.ok(back.pages <= Math.ceil(back.ids.length / 3) + 1);
    }
  });

  it('MD-12 goes on past thousands of events that the reader may not see', async ({ hearth, alice, eve }) => {
    const room = await alice.createRoom({
      preset: 'public_chat',
      initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'joined' } }],
    });
    await eve.join(room);
    const heard = await alice.sendText(room, 'heard');
    await eve.leave(room);
    const message = { type: 'm.room.message', sender: alice.userId, content: { msgtype: 'm.text', body: 'unheard' } };
    for (let count = 0; count < 2_100; count += 100) {
      await hearth.server.spine.engine.submitAll(
        room,
        Array.from({ length: 100 }, () => message),
      );
    }
    await eve.join(room);
    const last = await alice.sendText(room, 'back');
    const [back, forth] = [await walk(eve, room, 'b', 50), await walk(eve, room, 'f', 50)];
    assert.deepEqual(back.ids, forth.ids);
    assert.ok(back.ids.includes(heard) && back.ids.at(-1) === last);
    const { body } = await eve.request('GET', `/_matrix/client/v1/rooms/${encodeURIComponent(room)}/timestamp_to_event`, {
      query: { ts: Number.MAX_SAFE_INTEGER, dir: 'b' },
    });
    assert.equal(body.event_id, last);
  });
});
