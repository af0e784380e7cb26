import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { writeGraphs } from './graphs.ts';
import { makePlan } from './plan.ts';
import { reduced } from './reduction.ts';
import { shrink } from './shrink.ts';
import { simulate, type Watcher } from './simulation.ts';

/** With a liar, crashes and partitions. */
const eventful = 1036;

test('a seed is one run: twice the same messages at the same times, the same verdicts, the same rooms', async () => {
  const one = await simulate(makePlan(eventful));
  const two = await simulate(makePlan(eventful));
  assert.deepEqual(one.problems, []);
  assert.equal(one.digest, two.digest);
  assert.deepEqual(one.counts, two.counts);
  const another = await simulate(makePlan(eventful + 1));
  assert.notEqual(one.digest, another.digest);
});

test('a few seeds do what the simulator is there for, and all is well', async () => {
  const counts = new Map<string, number>();
  for (let seed = 1_000; seed < 1_006; seed += 1) {
    const outcome = await simulate(makePlan(seed));
    assert.deepEqual(outcome.problems, [], `seed ${seed}`);
    for (const [what, count] of outcome.counts) counts.set(what, (counts.get(what) ?? 0) + count);
  }
  for (const what of [
    'accepted',
    'rejected',
    'dropped',
    'incomplete, then accepted',
    'crashes',
    'partitions',
    'lying answers',
    'pairs compared',
  ])
    assert.ok((counts.get(what) ?? 0) > 0, `no ${what}: ${JSON.stringify([...counts])}`);
});

test('a failure is made as small as it can be', async () => {
  const plan = makePlan(eventful);
  const fails = (smaller: typeof plan): Promise<boolean> =>
    Promise.resolve(smaller.steps.some(({ act }) => act === 'create') && smaller.steps.filter(({ act }) => act === 'join').length >= 2);
  const reduction = await shrink(plan, fails);
  const left = reduced(plan, reduction);
  assert.deepEqual(left.steps.map(({ act }) => act).toSorted(), ['create', 'join', 'join']);
  assert.ok(left.servers.length <= 3);
  assert.equal(left.network.lossPercent, 0);
});

test('the rooms of a seed are drawn as each server sees them', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'hearth-sim-'));
  t.after(() => rm(directory, { recursive: true }));
  const files: string[] = [];
  const look: Watcher['look'] = async (world, processes) => void files.push(...(await writeGraphs(directory, world, processes)));
  await simulate(makePlan(eventful), { look });
  assert.ok(files.length >= 2);
  for (const file of files) assert.match(await readFile(file, 'utf8'), /^<svg [\s\S]*class="accepted[\s\S]*<\/svg>$/);
});
