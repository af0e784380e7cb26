import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that ends cleanly a little after the first SIGTERM and says so; it prints "ready" first. */
const program = `
  const life = setInterval(() => {}, 1000);
  let asked = false;
  process.on('SIGTERM', () => { if (!asked) { asked = true; setTimeout(() => { console.log('clean'); clearInterval(life); }, 100); } });
  process.on('SIGINT', () => {});
  console.log('ready');`;

const starter = `
  import { runChild } from ${JSON.stringify(new URL('child.mjs', import.meta.url).href)};
  process.exitCode = await runChild(process.execPath, ['-e', ${JSON.stringify(program)}]);`;

/** Starts the starter in a process group of its own, as a terminal would, and waits until the program runs. */
async function start(): Promise<{ outer: ChildProcess; group: number; closed: Promise<unknown[]>; text: () => string }> {
  const outer = spawn(process.execPath, ['--input-type=module', '-e', starter], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(outer, 'close');
  let text = '';
  outer.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  while (!text.includes('\n')) await once(outer.stdout, 'data');
  return { outer, group: -(outer.pid ?? 0), closed, text: () => text };
}

test('a signal to the starter alone ends the program cleanly', async () => {
  const { outer, closed, text } = await start();
  outer.kill('SIGTERM');
  assert.deepEqual(await closed, [0, null]);
  assert.match(text(), /clean/);
});

test('signals to the whole group, many times, end it cleanly too', async () => {
  const { group, closed, text } = await start();
  for (let i = 0; i < 3; i++) {
    process.kill(group, 'SIGTERM');
    process.kill(group, 'SIGINT');
    await sleep(10);
  }
  assert.deepEqual(await closed, [0, null]);
  assert.match(text(), /clean/);
});

test('SIGKILL to the group leaves nothing running', async () => {
  const { group, closed } = await start();
  process.kill(group, 'SIGKILL');
  // The pipe closes when the last process that writes to it is gone, so this is the end of the program as well.
  await closed;
});
