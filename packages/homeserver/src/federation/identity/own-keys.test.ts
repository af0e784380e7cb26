import assert from 'node:assert/strict';

import { readKeyAnswer } from '../keys/key-answer.ts';
import { testKey } from '../testing/other-server.ts';
import { openOwnKeys } from './own-keys.ts';
import { TestClock } from '@hearth/kit/testing';
import { onEachEngine } from '@hearth/storage/testing';

const day = 24 * 60 * 60_000;

onEachEngine('a key that was put in another’s place signs, and the one before is told as ended, for ever', async ({ database }) => {
  const clock = new TestClock();
  const open = (seed: number, id: string) => openOwnKeys(database, clock, new Map([['own.test', testKey(seed, id)]]));
  await open(1, 'first');
  clock.advance(day);
  const changed = clock.now();
  await open(2, 'second');
  clock.advance(day);
  for (const own of [await open(2, 'second'), await open(2, 'second')]) {
    const answer = own.answer('own.test');
    const read = readKeyAnswer(answer, clock.now());
    assert.deepEqual(
      [...(read?.keys ?? [])].map(([id, { key, expiredTs }]) => [id, key.publicKey, expiredTs]),
      [
        ['ed25519:first', testKey(1).publicKey, changed],
        ['ed25519:second', testKey(2).publicKey, undefined],
      ],
    );
    assert.equal(read?.validUntilTs, clock.now() + day);
    assert.equal(own.current('own.test').keyId, 'ed25519:second');
    assert.deepEqual(own.known('own.test', 'ed25519:first')?.validity, { expiredTs: changed });
  }
  // And back.
  const back = readKeyAnswer((await open(1, 'first')).answer('own.test'), clock.now());
  assert.equal(back?.keys.get('ed25519:first')?.expiredTs, undefined);
  assert.equal(back?.keys.get('ed25519:second')?.expiredTs, clock.now());
});

onEachEngine('a new key under the id of an old one does not start: others would keep the old one', async ({ database }) => {
  const clock = new TestClock();
  await openOwnKeys(database, clock, new Map([['own.test', testKey(1, 'a')]]));
  await assert.rejects(openOwnKeys(database, clock, new Map([['own.test', testKey(2, 'a')]])), /give it an id of its own/);
});
