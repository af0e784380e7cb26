import assert from 'node:assert/strict';
import { test } from 'node:test';

import { systemClock } from './clock.ts';
import { Passwords, PasswordsBusy } from './passwords.ts';
import { seededRandom } from './testing/seeded-random.ts';

test('a password matches its own hash and no other; the hash says argon2id with 33 MiB and two passes', async () => {
  const passwords = new Passwords(seededRandom(1));
  const stored = await passwords.hash('correct horse');
  assert.match(stored, /^\$argon2id\$v=19\$m=33792,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.equal(await passwords.verify('correct horse', stored), true);
  assert.equal(await passwords.verify('correct horse ', stored), false);
  assert.equal(await passwords.verify('', stored), false);
  assert.notEqual(await passwords.hash('correct horse'), stored);
  assert.equal(passwords.isWeak(stored), false);
});

test('the same password typed on another keyboard matches: composed and decomposed letters are one', async () => {
  const passwords = new Passwords(seededRandom(1));
  assert.equal(await passwords.verify('Cafe\u0301', await passwords.hash('Caf\u00e9')), true);
});

test('26: an unknown user costs as much as a wrong password', async () => {
  const passwords = new Passwords(seededRandom(1));
  const clock = systemClock();
  const started = clock.monotonic();
  assert.equal(await passwords.verify('x', undefined), false);
  assert.ok(clock.monotonic() - started > 5, 'the work was left out');
});

test('a stored hash that is broken or asks for absurd work matches nothing', async () => {
  const passwords = new Passwords(seededRandom(1));
  for (const stored of [
    '',
    'x',
    '$argon2id$v=19$m=9999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$2b$12$abcdefghijklmnopqrstuv',
  ]) {
    assert.equal(await passwords.verify('x', stored), false, stored);
    assert.equal(passwords.isWeak(stored), true);
  }
});

test('beyond its bound the queue refuses at once', async () => {
  const passwords = new Passwords(seededRandom(1));
  const results = await Promise.allSettled(
    Array.from({ length: 140 }, () =>
      passwords.verify('x', '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'),
    ),
  );
  const refused = results.filter((result) => result.status === 'rejected');
  assert.equal(refused.length, 10);
  assert.ok(refused.every(({ reason }) => reason instanceof PasswordsBusy));
});
