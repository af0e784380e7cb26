import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import type { LoopResult } from './closed-loop.ts';
import { type Options, readOptions } from './options.ts';
import { run } from './run.ts';
import type { InitialSyncResult } from './scenarios/initial-sync.ts';
import type { DeliveryResult } from './scenarios/send-to-delivery.ts';
import type { WakeResult } from './scenarios/wake.ts';
import { type Faults, startFakeHomeserver } from './testing/fake-homeserver.ts';
import { systemClock, systemRandom } from '@hearth/kit';

const quick = ['--seconds', '1', '--warmup', '0'];

async function against(t: TestContext, faults: Faults, args: readonly string[]) {
  const server = await startFakeHomeserver(faults);
  t.after(() => server.close());
  const printed: string[] = [];
  const options = readOptions(['--target', server.target, ...quick, ...args]) as Options;
  const result = await run(options, { clock: systemClock(), random: systemRandom(), print: (text) => printed.push(text) });
  return { result, server, printed: printed.join('\n') };
}

test('durable sends are counted as the server counts them, each with a transaction of its own', async (t) => {
  const { result, server, printed } = await against(t, {}, ['--connections', '4', '--rooms', '2', '--pid', String(process.pid)]);
  const [round] = (result as { rounds: LoopResult[] }).rounds;
  assert.ok(round && round.right > 50 && round.wrong === 0);
  // What was in flight when the time was over is not counted.
  assert.ok(server.seen.length >= round.right && server.seen.length <= round.right + 4 + 4, `${server.seen.length} and ${round.right}`);
  const senders = 4;
  const perRoom = [...server.rooms.keys()].map((roomId) => server.seen.filter((entry) => entry.startsWith(roomId)));
  assert.deepEqual([server.rooms.size, [...server.rooms.values()].map(({ members }) => members.size)], [2, [senders / 2, senders / 2]]);
  assert.ok(perRoom.every((entries) => entries.length > 20));
  assert.match(printed, /durable sends, 4 connections/);
  assert.match(printed, /per second of server processor/);
});

test('rate limits while users and rooms are made are waited for', async (t) => {
  const { result } = await against(t, { limitOnce: true }, ['--connections', '2', '--json']);
  assert.ok((result as { perSecond: number }).perSecond > 10);
});

test('a server that refuses everything has no figure', async (t) => {
  await assert.rejects(
    against(t, { refuseSends: true }, ['--connections', '2']),
    /more than 1000 wrong answers, the first: 500 \{"errcode":"M_UNKNOWN"\}/,
  );
});

const delivery = ['--scenario', 'send-to-delivery', '--rooms', '2', '--members', '3', '--rate', '100'];

test('each message is delivered to every member once', async (t) => {
  const { result, printed } = await against(t, {}, delivery);
  const { sent, acknowledged, waiting, deliveries, missing, doubled, wrong, deliveryMs } = result as DeliveryResult;
  assert.deepEqual(
    { sent, acknowledged, waiting, deliveries, missing, doubled, wrong },
    { sent: 100, acknowledged: 100, waiting: 6, deliveries: 300, missing: 0, doubled: 0, wrong: 0 },
  );
  assert.ok(deliveryMs.p50 > 0 && deliveryMs.p50 <= deliveryMs.p99);
  assert.match(printed, /300, missing 0, doubled 0/);
});

test('messages that never arrive are missed', { timeout: 20_000 }, async (t) => {
  const { result } = await against(t, { loseEvery: 10 }, delivery);
  assert.equal((result as DeliveryResult).missing, 30);
});

test('messages that arrive twice are told', async (t) => {
  const { result } = await against(t, { double: true }, delivery);
  assert.equal((result as DeliveryResult).doubled, 300);
});

const joining = ['--scenario', 'initial-sync', '--rooms', '30', '--members', '3', '--connections', '5', '--rounds', '3'];

test('a first /sync is timed until all rooms are read', async (t) => {
  const { result, server, printed } = await against(t, {}, joining);
  const { rooms, ms, bytes } = result as InitialSyncResult;
  assert.deepEqual([rooms, ms.length, server.rooms.size, server.seen.length], [30, 3, 30, 30 * 20]);
  assert.ok([...server.rooms.values()].every(({ members }) => members.size === 1 + 3));
  assert.ok(bytes > 30 * 20 * 150 && ms.every((each) => each > 0));
  assert.match(printed, /initial sync[\s\S]*rooms +30[\s\S]*until the last byte +median/);
});

test('a first /sync that leaves rooms out has no figure', async (t) => {
  await assert.rejects(against(t, { loseEvery: 1 }, joining), /tells 0 rooms of 30/);
});

const waking = ['--scenario', 'wake', '--members', '20', '--rounds', '1'];

test('each message is timed until the last of those who wait has it', async (t) => {
  const { result, printed } = await against(t, {}, waking);
  const { waiting, lastMs, acknowledgedMs, wrong } = result as WakeResult;
  assert.deepEqual([waiting, lastMs.length, acknowledgedMs.length, wrong], [20, 1, 1, 0]);
  assert.ok((lastMs[0] ?? 0) > 0);
  assert.match(printed, /wake[\s\S]*users waiting +20[\s\S]*until the last has it +median/);
});

test('somebody who is never woken is told', { timeout: 30_000 }, async (t) => {
  await assert.rejects(against(t, { loseEvery: 1 }, waking), /20 of 20 did not get message 0/);
});

test('the ratio compares each round with a bare server measured just before', async (t) => {
  const { result, printed } = await against(t, {}, ['--connections', '4', '--ratio', '--rounds', '1']);
  const { ratio, rounds } = result as { ratio: number; rounds: { bare: LoopResult; sends: LoopResult }[] };
  const [pair] = rounds;
  assert.ok(pair && pair.bare.wrong === 0 && pair.bare.right > 100);
  assert.equal(ratio, pair.sends.perSecond / pair.bare.perSecond);
  assert.match(printed, /bare node:http[\s\S]*durable sends[\s\S]*ratio {2}\d/);
});

test('the least of a homeserver answers each message with the id of an event that it stored', async () => {
  const options = readOptions(['--scenario', 'least', '--connections', '4', ...quick]) as Options;
  const { rounds } = (await run(options, { clock: systemClock(), random: systemRandom(), print: () => undefined })) as {
    rounds: readonly LoopResult[];
  };
  assert.ok(rounds[0] && rounds[0].wrong === 0 && rounds[0].right > 100);
});

test('the memory of a process is read', async () => {
  const options = readOptions(['--scenario', 'idle', '--pid', String(process.pid), ...quick]) as Options;
  const result = (await run(options, { clock: systemClock(), random: systemRandom(), print: () => undefined })) as {
    rssMiB: number;
    highestRssMiB: number;
  };
  assert.ok(result.rssMiB > 20 && result.rssMiB < 2000 && result.highestRssMiB >= result.rssMiB);
});
