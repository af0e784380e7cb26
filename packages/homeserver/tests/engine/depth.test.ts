import assert from 'node:assert/strict';

import { alice, bob, newPlace, placeWithBob, text } from './place.ts';
import { canonicalJson, type JsonValue, parseJson, parsePdu, withKey } from '@hearth/protocol';
import { scan } from '@hearth/storage';
import { onEachEngine, onEngine } from '@hearth/storage/testing';

const timeline = scan<{ event_id: string; json: Uint8Array }>(
  'test-whole-timeline',
  'SELECT event_id, json FROM events WHERE in_timeline = 1 ORDER BY depth, number',
);

onEachEngine(
  'MD-02 after an event of the greatest depth the next 100 sends keep their order, and others can take them',
  async ({ database }) => {
    const place = await placeWithBob(database);
    const { model, engine, roomId } = place;
    const deepest = model.send({ ...text(bob, 'deepest'), prev: [place.join], depth: Number.MAX_SAFE_INTEGER });
    assert.equal((await place.receive(deepest))[0]?.verdict, 'accepted');
    const sent: string[] = [];
    for (let index = 0; index < 100; index += 1) {
      const { record } = await engine.submit(roomId, { type: 'm.room.message', sender: alice, content: { body: `${index}` } });
      assert.equal(record.event.depth, Number.MAX_SAFE_INTEGER);
      // What another server does with it: the strict door, the format, the rules.
      const parsed = parseJson(Buffer.from(canonicalJson(record.event.pdu)));
      assert.ok(parsed.ok && parsePdu(parsed.value, model.rules).allowed);
      assert.equal(model.adopt(record.event).allowed, true);
      sent.push(record.event.eventId);
    }
    const rows = (await database.reader.all(timeline, [])).map((row) => row.event_id);
    assert.deepEqual(rows.slice(-100), sent);
    assert.equal(rows.at(-101), deepest.event.eventId);
    const fresh = await place.restarted();
    const { record } = await fresh.engine.submit(roomId, { type: 'm.room.message', sender: alice, content: { body: 'later' } });
    assert.deepEqual(record.event.prevEvents, [sent.at(-1)]);
  },
);

onEngine('sqlite', 'MD-01 what is accepted can be written for others again, and what could not be is dropped', async ({ database }) => {
  for (const version of ['1', '5', '6', '10', '12']) {
    const place = await newPlace(database, version);
    const { model } = place;
    const good = model.build({ ...text(alice, 'x'), prev: model.leaves });
    const numbers: readonly JsonValue[] = [2 ** 53, -1, 0.5, 2n ** 63n, 2n ** 63n - 1n, Number.MAX_SAFE_INTEGER, '1', null, Number.NaN];
    for (const value of numbers) {
      for (const field of ['depth', 'origin_server_ts', 'content']) {
        const odd = withKey(good.pdu, field, field === 'content' ? { n: value } : value);
        const [answer] = await place.engine.receive(place.roomId, [odd], { keyOf: () => undefined });
        // Nothing is signed over it, so at most the format lets it through.
        assert.equal(answer?.verdict, 'dropped');
        const isFormat = answer?.refusal?.rule.startsWith('format.') === true;
        if (!isFormat) assert.doesNotThrow(() => canonicalJson(odd, model.rules.strictCanonicalJson ? 'canonical' : 'legacy'));
      }
    }
    const tooDeep = withKey(good.pdu, 'depth', model.rules.strictCanonicalJson ? 2 ** 53 : 2n ** 63n);
    const [answer] = await place.engine.receive(place.roomId, [tooDeep], { keyOf: place.servers.keyOf });
    assert.match(answer?.refusal?.rule ?? '', /^format\./, version);
  }
});
