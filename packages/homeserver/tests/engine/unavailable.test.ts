import assert from 'node:assert/strict';

import { fixedEngine } from '../../src/engine/testing/fixed-engine.ts';
import { publicRoom } from '../../src/engine/testing/test-engine.ts';
import { type Database, type Reader, StorageUnavailable } from '@hearth/storage';
import { onEngine } from '@hearth/storage/testing';

/** The database with a reader that can be made to fail, as PostgreSQL's does while its server is away. */
function breakable(database: Database): { readonly database: Database; breakDown: () => void } {
  let isAway = false;
  const orFail = <Args extends unknown[], Result>(read: (...args: Args) => Promise<Result>) =>
    async function (...args: Args): Promise<Result> {
      if (isAway) throw new StorageUnavailable('the database is away');
      return read(...args);
    };
  const reader: Reader = {
    all: orFail((query, params) => database.reader.all(query, params)),
    first: orFail((query, params) => database.reader.first(query, params)),
  };
  const get = (target: Database, key: string | symbol): unknown => {
    if (key === 'reader') return reader;
    const value = Reflect.get(target, key) as unknown;
    return typeof value === 'function' ? (value.bind(target) as unknown) : value;
  };
  return { database: new Proxy(database, { get }), breakDown: () => void (isAway = true) };
}

onEngine('sqlite', 'several reads that fail at once are one failure, and none of them ends the process', async (place) => {
  const { roomId } = await (await fixedEngine(place.database)).createRoom(publicRoom('12'));
  const { database, breakDown } = breakable(place.database);
  const engine = await fixedEngine(database, 'restarted');
  const head = await engine.room(roomId);
  const state = head && (await engine.stateAt(head.number, head.state));
  assert.ok(state);
  breakDown();
  const unheard: unknown[] = [];
  const listen = (error: unknown): void => void unheard.push(error);
  process.on('unhandledRejection', listen);
  try {
    const reading = async () =>
      state.getMany([
        ['m.room.create', ''],
        ['m.room.power_levels', ''],
        ['m.room.join_rules', ''],
      ]);
    await assert.rejects(reading, StorageUnavailable);
    for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(unheard, []);
  } finally {
    process.off('unhandledRejection', listen);
  }
});
