import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type Options, readOptions, UsageError } from './options.ts';

const target = ['--target', 'http://127.0.0.1:8008'];

test('without options it is 64 users who send for ten seconds', () => {
  const options = readOptions(target) as Options;
  assert.deepEqual(
    [options.scenario, options.connections, options.rooms, options.seconds, options.rounds, options.target?.port],
    ['durable-sends', 64, undefined, 10, 1, '8008'],
  );
});

test('load on a machine that is not this one needs a word', () => {
  for (const host of ['matrix.example.org', '10.0.0.1', '127.0.0.1.example.org', '0.0.0.0']) {
    assert.throws(() => readOptions(['--target', `http://${host}`]), /not this machine/);
    assert.equal((readOptions(['--target', `http://${host}`, '--i-know']) as Options).target?.hostname, host);
  }
  for (const host of ['localhost', '127.1.2.3', '[::1]']) assert.ok(readOptions(['--target', `http://${host}:1`]));
});

for (const [what, args] of [
  ['nothing', []],
  ['an unknown scenario', [...target, '--scenario', 'x']],
  ['an unknown option', [...target, '--conections', '3']],
  ['no number', [...target, '--seconds', 'ten']],
  ['too long', [...target, '--seconds', '601']],
  ['no connection', [...target, '--connections', '0']],
  ['https', ['--target', 'https://127.0.0.1']],
  ['a scenario without the server that it needs', ['--scenario', 'wake']],
  ['idle without a process', ['--scenario', 'idle']],
  ['a ratio of something else', [...target, '--ratio', '--scenario', 'send-to-delivery']],
  ['more users than a machine has connections', [...target, '--scenario', 'send-to-delivery', '--rooms', '100', '--members', '100']],
] as const) {
  test(`refused: ${what}`, () => assert.throws(() => readOptions(args), UsageError));
}

test('the servers that come along need no target', () => {
  for (const scenario of ['bare', 'least']) assert.ok(readOptions(['--scenario', scenario]));
});

test('help is no error', () => assert.equal(readOptions(['--help']), 'help'));
