import assert from 'node:assert/strict';

import { EventReader } from '../../src/engine/event-reader.ts';
import { Interner } from '../../src/engine/interner.ts';
import { PendingRoom } from '../../src/engine/pending-room.ts';
import { States } from '../../src/engine/states.ts';
import { insertStateNodes } from '../../src/engine/store.ts';
import { fixedEngine } from '../../src/engine/testing/fixed-engine.ts';
import { testCaches } from '../../src/engine/testing/test-caches.ts';
import { alice, publicRoom } from '../../src/engine/testing/test-engine.ts';
import { createPairHash } from '../../src/engine/trie/fingerprint.ts';
import { command, type Database, point, type Statement, type Write } from '@hearth/storage';
import { onEngine } from '@hearth/storage/testing';

/** A room of 100,000 members, by state alone: nobody asks for the members' events here. */
const members = 100_000;

const setRoom = command(
  'test-set-room',
  'UPDATE rooms SET current_state = $2, next_number = $3, extremities = extremities WHERE number = $1',
);
const setAfter = command('test-set-after', 'UPDATE events SET state_after = $2 WHERE number = $1');
const secretRow = point<{ value: string }>('test-secret', "SELECT value FROM meta WHERE key = 'state-fingerprint-secret'");

onEngine(
  'sqlite',
  'a state event in a room of 100,000 members writes at most 512 bytes of state nodes, and reads no member',
  async ({ database }) => {
    const engine = await fixedEngine(database);
    const { roomId, room } = await engine.createRoom(publicRoom('12'));
    const head = (await engine.room(roomId)) ?? assert.fail();

    const secret = (await database.reader.first(secretRow, []))?.value ?? assert.fail();
    const pairHash = createPairHash(Buffer.from(secret, 'base64url'));
    const interner = new Interner(database);
    const states = new States({ database, interner, events: new EventReader(database, testCaches()), pairHash });
    const base = (await states.view(room, head.state)) ?? assert.fail();
    const crowd = new Map(Array.from({ length: members }, (_, index) => [1_000_000 + index * 3, 5_000_000 + index * 7]));
    const full = await states.next(base, crowd, head.nextNumber, new PendingRoom());
    await database.write({
      claims: [{ room, revision: head.revision, next: await database.takeNumbers('revision', 1) }],
      statements: [
        ...full.statements,
        { run: setRoom, params: [room, full.view.number, full.nextNumber], mustChange: 1 },
        { run: setAfter, params: [head.extremities[0]?.number ?? 0, full.view.number], mustChange: 1 },
      ],
      stream: [],
    });

    const written: Write[] = [];
    const watched: Database = Object.create(database, {
      write: { value: (write: Write) => (written.push(write), database.write(write)) },
    }) as Database;
    const fresh = await fixedEngine(watched, 'large');
    const sizes: number[] = [];
    const name = (text: string) => ({ type: 'm.room.name', sender: alice, stateKey: '', content: { name: text } });
    await fresh.submit(roomId, name('warm'));
    const rows = database.counters.rowsRead;
    for (let index = 0; index < 20; index += 1) {
      written.length = 0;
      const user = `@late${index}:hearth.test`;
      const join = { type: 'm.room.member', sender: user, stateKey: user, content: { membership: 'join' } };
      await fresh.submit(roomId, index % 2 === 0 ? name(`${index}`) : join);
      sizes.push(written.reduce((sum, write) => sum + write.statements.reduce((bytes, one) => bytes + nodeBytes(one), 0), 0));
    }
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    assert.ok(mean > 0 && mean <= 512, `${mean} bytes: ${sizes.join(' ')}`);
    assert.ok(Math.max(...sizes) <= 1_024);
    assert.ok(database.counters.rowsRead - rows <= 400, `${database.counters.rowsRead - rows} rows`);
    const last = (await fresh.room(roomId)) ?? assert.fail();
    assert.equal(await fresh.currentState(last).count(), 4 + members + 1 + 10);
  },
);

function nodeBytes(statement: Statement): number {
  return 'insert' in statement && statement.insert === insertStateNodes ? (statement.row[2] as Uint8Array).length : 0;
}
