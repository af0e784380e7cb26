import assert from 'node:assert/strict';

import { type Follower, FollowerRunner } from './follower.ts';
import { TestClock } from '@hearth/kit/testing';
import { command, type Database, type Statement, type StreamEntry, streamKinds } from '@hearth/storage';
import { onEachEngine } from '@hearth/storage/testing';

const note = command('test-note', 'INSERT INTO meta (key, value) VALUES ($1, $2)');
const notes = { name: 'test-notes', sql: "SELECT key FROM meta WHERE value = 'followed' ORDER BY key", reach: 'scan' } as const;

async function say(database: Database, subject: number, kind: number = streamKinds.event): Promise<void> {
  await database.write({ claims: [], statements: [], stream: [{ kind, room: 1, usr: null, subject, detail: null }] });
}

async function followed(database: Database): Promise<string[]> {
  return (await database.reader.all<{ key: string }>(notes, [])).map(({ key }) => key);
}

/** Writes a row for each event that it sees; one that sees an event twice would fail. */
class Noting implements Follower {
  readonly name = 'noting';
  readonly kinds = new Set([streamKinds.event]);
  readonly seen: number[] = [];
  fail = false;

  follow = async (entries: readonly StreamEntry[]): Promise<Statement[]> => {
    if (this.fail) throw new Error('cannot follow now');
    this.seen.push(...entries.map(({ subject }) => subject));
    return entries.map(({ subject }) => ({ run: note, params: [`event ${subject}`, 'followed'] }));
  };
}

function runnerOn(database: Database, follower: Follower, clock: TestClock, holder = 'one'): FollowerRunner {
  return new FollowerRunner({ database, clock, holder, onError: () => undefined }, follower);
}

onEachEngine('a follower sees each entry of its kinds once, in order, and what it writes comes with its cursor', async ({ database }) => {
  const clock = new TestClock();
  const noting = new Noting();
  const runner = runnerOn(database, noting, clock);
  await say(database, 1);
  await say(database, 2, streamKinds.receipt);
  await say(database, 3);
  assert.equal(await runner.step(), true);
  assert.equal(await runner.step(), false, 'nothing new');
  await say(database, 4);
  assert.equal(await runner.step(), true);
  assert.deepEqual(noting.seen, [1, 3, 4]);
  assert.deepEqual(await followed(database), ['event 1', 'event 3', 'event 4']);
});

onEachEngine('after a failure and after a restart it goes on where its last commit was', async ({ database }) => {
  const clock = new TestClock();
  const noting = new Noting();
  await say(database, 1);
  const first = runnerOn(database, noting, clock);
  await first.step();
  await say(database, 2);
  noting.fail = true;
  await assert.rejects(first.step(), /cannot follow now/);
  noting.fail = false;
  await first.stop();
  const second = runnerOn(database, noting, clock, 'another life');
  assert.equal(await second.step(), true);
  assert.deepEqual(noting.seen, [1, 2]);
});

onEachEngine(
  'one node follows at a time; when it shows no life another takes over, and the first writes nothing more',
  async ({ database }) => {
    const clock = new TestClock();
    const [one, two] = [new Noting(), new Noting()];
    const first = runnerOn(database, one, clock, 'node one');
    const second = runnerOn(database, two, clock, 'node two');
    await say(database, 1);
    assert.equal(await first.step(), true);
    await say(database, 2);
    assert.equal(await second.step(), false, 'the lease is held');
    clock.advance(61_000);
    assert.equal(await second.step(), true, 'and it was held too long ago');
    await say(database, 3);
    assert.equal(await first.step(), false);
    assert.equal(await second.step(), true);
    assert.deepEqual([one.seen, two.seen], [[1], [2, 3]]);
    assert.deepEqual(await followed(database), ['event 1', 'event 2', 'event 3']);
  },
);

onEachEngine(
  'a node that was frozen between reading and writing is refused, and what it read is followed by the other',
  async ({ database }) => {
    const clock = new TestClock();
    const two = new Noting();
    const second = runnerOn(database, two, clock, 'node two');
    const frozen: Follower = {
      name: 'noting',
      kinds: new Set([streamKinds.event]),
      follow: async (entries) => {
        clock.advance(61_000);
        assert.equal(await second.step(), true);
        return entries.map(({ subject }) => ({ run: note, params: [`event ${subject} again`, 'followed'] }));
      },
    };
    await say(database, 1);
    assert.equal(await runnerOn(database, frozen, clock, 'node one').step(), false);
    assert.deepEqual(await followed(database), ['event 1']);
  },
);
