import assert from 'node:assert/strict';

import type { DraftDeps } from './draft-deps.ts';
import { EventReader } from './event-reader.ts';
import type { EventRecord } from './event-record.ts';
import { Interner } from './interner.ts';
import { PendingRoom } from './pending-room.ts';
import { ResolutionFacts } from './resolution-facts.ts';
import { States } from './states.ts';
import { fixedEngine } from './testing/fixed-engine.ts';
import { testCaches } from './testing/test-caches.ts';
import { alice, publicRoom } from './testing/test-engine.ts';
import { createPairHash } from './trie/fingerprint.ts';
import type { CitersFact, EdgeFact } from '@hearth/protocol';
import { onEachEngine } from '@hearth/storage/testing';

const users = Array.from({ length: 130 }, (_, index) => `@u${index}:hearth.test`);

onEachEngine(
  'who cites an event is told in pages, newest first, with what is not committed yet, and whether it is undisputed state',
  async ({ database }) => {
    const engine = await fixedEngine(database);
    const { roomId } = await engine.createRoom(publicRoom('11'));
    const join = (user: string, name: string) => ({
      type: 'm.room.member',
      sender: user,
      stateKey: user,
      content: { membership: 'join', displayname: name },
    });
    for (const start of [0, 65])
      await engine.submitAll(
        roomId,
        users.slice(start, start + 65).map((user) => join(user, 'a')),
      );
    await engine.submit(roomId, join(users[0] as string, 'b'));
    const head = (await engine.room(roomId)) ?? assert.fail();
    const state = await engine.currentState(head).all();
    const levels = state.find(({ event }) => event.type === 'm.room.power_levels') as EventRecord;
    const ofUser = (user: string): EventRecord => state.find(({ event }) => event.stateKey === user) as EventRecord;

    const interner = new Interner(database);
    const events = new EventReader(database, testCaches());
    const states = new States({ database, interner, events, pairHash: createPairHash(new Uint8Array(32)) });
    const base = (await states.view(head.number, head.state)) ?? assert.fail();
    const pending = new PendingRoom();
    const newest: EventRecord = { ...ofUser(alice), number: 1_000_000, auth: { rank: 9, events: [levels.number] } };
    pending.addEvent(newest);
    pending.addEvent({ ...newest, number: 1_000_001, verdict: 'rejected', event: { ...newest.event, eventId: '$rejected' } });
    const disputed = ofUser(users[7] as string).stateKey as number;
    const site = { head, pending, events: pending.over(events) };
    const facts = new ResolutionFacts({ database, interner, events, states } as DraftDeps, site, base, new Set([disputed]));

    const all: { number: number; unconflicted: boolean }[] = [];
    let pages = 0;
    for (let from: number | undefined; pages < 10;) {
      const [page] = (await facts.answer({ need: 'citers', of: [{ number: levels.number, from }] })) as CitersFact[];
      all.push(...(page?.citers ?? []));
      pages += 1;
      from = page?.next;
      if (from === undefined) break;
    }
    assert.equal(pages, 2);
    // The join rules, the joins, and one who joined twice.
    assert.equal(all.length, 1 + 1 + users.length + 1);
    assert.deepEqual(all[0], { number: newest.number, unconflicted: false });
    const numbers = all.map(({ number }) => number);
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => b - a),
    );
    const current = new Set(state.filter(({ stateKey }) => stateKey !== disputed).map(({ number }) => number));
    for (const { number, unconflicted } of all) assert.equal(unconflicted, current.has(number), `event ${number}`);
    assert.ok(!current.has(ofUser(users[7] as string).number));

    // The same edges from the rows as from the events in memory, with ranks that rise.
    const cold = (await facts.answer({ need: 'edges', numbers: state.map(({ number }) => number) })) as EdgeFact[];
    for (const { number, rank, authEvents } of cold) {
      const record = state.find((one) => one.number === number);
      assert.deepEqual({ rank, events: authEvents }, record?.auth);
      for (const auth of authEvents) assert.ok((cold.find((edge) => edge.number === auth)?.rank ?? -1) < rank);
    }
    assert.equal(cold.length, state.length);
  },
);
