import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ask, choosePassword, type PasswordOptions } from './ask-password.ts';
import { CommandFailed, WrongUsage } from './command-error.ts';
import { testIo, type TestIoOptions } from './testing/test-io.ts';
import { seededRandom } from '@hearth/kit/testing';

function choose(options: PasswordOptions, input: TestIoOptions) {
  const io = testIo(input);
  return { io, chosen: choosePassword(options, io, seededRandom('passwords'), 'alice') };
}

test('on a terminal the password is asked for twice and not shown', async () => {
  const { io, chosen } = choose({}, { typed: ['correct horse', 'correct horse'] });
  assert.deepEqual(await chosen, { password: 'correct horse', generated: false });
  assert.equal(io.complained(), 'Password for alice: \nThe same again: \n');
  assert.equal(io.said(), '');
});

test('two that differ are asked for again, three times at most', async () => {
  const { chosen } = choose({}, { typed: ['one', 'two', 'right', 'right'] });
  assert.equal((await chosen).password, 'right');
  const { chosen: never } = choose({}, { typed: ['1', '2', '3', '4', '5', '6', 'right', 'right'] });
  await assert.rejects(never, CommandFailed);
});

test('Ctrl-C changes nothing', async () => {
  await assert.rejects(choose({}, { typed: [] }).chosen, new CommandFailed('Nothing was changed.'));
  await assert.rejects(ask(testIo({ typed: [] }), 'Sure: '), CommandFailed);
});

test('from a pipe the password is all but the end of the line', async () => {
  assert.equal((await choose({ passwordStdin: true }, { input: ' with spaces \r\n' }).chosen).password, ' with spaces ');
  assert.equal((await choose({ passwordStdin: true }, { input: 'two\nlines\n' }).chosen).password, 'two\nlines');
  await assert.rejects(choose({ passwordStdin: true }, { input: '\n' }).chosen, WrongUsage);
  await assert.rejects(choose({ passwordStdin: true }, { input: 'x'.repeat(70_000) }).chosen, CommandFailed);
});

test('a generated password has 20 letters and digits, another one each time', async () => {
  const random = seededRandom('passwords');
  const io = testIo();
  const first = await choosePassword({ generate: true }, io, random, 'alice');
  const second = await choosePassword({ generate: true }, io, random, 'alice');
  assert.match(first.password, /^[A-Za-z0-9]{20}$/);
  assert.notEqual(first.password, second.password);
  assert.equal(first.generated, true);
});

test('without a terminal one has to say where the password comes from, and only one place', async () => {
  await assert.rejects(choose({}, { input: 'secret' }).chosen, WrongUsage);
  await assert.rejects(choose({ generate: true, passwordStdin: true }, { input: 'secret' }).chosen, WrongUsage);
});
