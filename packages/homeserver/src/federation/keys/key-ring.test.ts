import assert from 'node:assert/strict';

import { openOwnKeys } from '../identity/own-keys.ts';
import { NoAnswer, type ServerAnswer, type ServerQuestion } from '../outbound/server-client.ts';
import { otherServer, testKey } from '../testing/other-server.ts';
import { KeyRing } from './key-ring.ts';
import { CacheBudget, createMetrics } from '@hearth/kit';
import { TestClock } from '@hearth/kit/testing';
import { jsonObject, type JsonObject, type JsonValue, own, type ServerName, signJson } from '@hearth/protocol';
import type { Database } from '@hearth/storage';
import { onEachEngine } from '@hearth/storage/testing';

const day = 24 * 60 * 60_000;
const one = otherServer('one.test', 1);
const two = otherServer('two.test', 2);
const notary = otherServer('notary.test', 3);
const clock = new TestClock();
const ownSigning = testKey(50, 'own');

type Say = (question: ServerQuestion) => JsonValue | undefined | Promise<JsonValue | undefined>;

/** A key ring that hears of each server what the test says. */
async function place(database: Database, more: { allows?: (name: string) => boolean; notaries?: readonly ServerName[] } = {}) {
  const says = new Map<string, Say>();
  const questions: ServerQuestion[] = [];
  const client = {
    ask: async (question: ServerQuestion): Promise<ServerAnswer> => {
      questions.push(question);
      const body = await says.get(question.to)?.(question);
      if (body === undefined) throw new NoAnswer('unreachable', 'nobody is there');
      return { status: 200, body };
    },
  };
  const ownKeys = await openOwnKeys(database, clock, new Map([['own.test', ownSigning]]));
  const caches = new CacheBudget(1_000_000, clock, createMetrics());
  const policy = { allows: more.allows ?? (() => true) };
  const ring = new KeyRing({ database, client, ownKeys, policy, notaries: more.notaries ?? [], clock, caches });
  const key = async (serverName: ServerName, keyId: string, atTs = clock.now()) =>
    (await ring.keysFor([{ serverName, keyId, atTs }]))(serverName, keyId);
  return { ring, says, questions, key };
}

onEachEngine('a key is asked for once, then known, also after a restart', async ({ database }) => {
  const { key, says, questions } = await place(database);
  says.set('one.test', () => one.keyAnswer(clock.now() + day));
  assert.equal((await key(one.name, 'ed25519:k'))?.key.publicKey, one.key.publicKey);
  assert.deepEqual((await key(one.name, 'ed25519:k'))?.validity, { validUntilTs: clock.now() + day });
  assert.equal(questions.length, 1);
  assert.equal(questions[0]?.uri, '/_matrix/key/v2/server');
  const again = await place(database);
  assert.equal((await again.key(one.name, 'ed25519:k'))?.key.publicKey, one.key.publicKey);
  assert.equal(again.questions.length, 0);
});

onEachEngine('a key that is not known to be valid long enough is asked for again, at most once a minute', async ({ database }) => {
  const { key, says, questions } = await place(database);
  says.set('one.test', () => one.keyAnswer(clock.now() + 1000));
  await key(one.name, 'ed25519:k');
  const later = clock.now() + 2000;
  assert.equal((await key(one.name, 'ed25519:k', later))?.validity.validUntilTs, clock.now() + 1000);
  await key(one.name, 'ed25519:other');
  assert.equal(questions.length, 1);
  clock.advance(60_000);
  assert.equal((await key(one.name, 'ed25519:k', later))?.validity.validUntilTs, clock.now() + 1000);
  assert.equal(questions.length, 2);
});

onEachEngine('a server that does not answer is asked again after pauses that grow, and is heard when it is back', async ({ database }) => {
  const { key, says, questions } = await place(database);
  for (const pause of [10_000, 20_000, 40_000]) {
    assert.equal(await key(one.name, 'ed25519:k'), undefined);
    const before = questions.length;
    clock.advance(pause - 1);
    await key(one.name, 'ed25519:k');
    assert.equal(questions.length, before);
    clock.advance(1);
  }
  for (let count = 0; count < 20; count += 1) {
    await key(one.name, 'ed25519:k');
    clock.advance(60 * 60_000);
  }
  assert.equal(questions.length, 23);
  says.set('one.test', () => one.keyAnswer(clock.now() + day));
  assert.ok(await key(one.name, 'ed25519:k'));
});

onEachEngine('many who want keys of a server at once cause one question, and a batch asks each server once', async ({ database }) => {
  const { ring, says, questions } = await place(database);
  let arrived = 0;
  says.set('one.test', async () => {
    arrived += 1;
    await new Promise((resolve) => setImmediate(resolve));
    return one.keyAnswer(clock.now() + day);
  });
  says.set('two.test', () => two.keyAnswer(clock.now() + day));
  const wanted = [one, two].flatMap(({ name }) =>
    Array.from({ length: 50 }, (_, index) => ({
      serverName: name,
      keyId: index === 0 ? 'ed25519:k' : `ed25519:${index}`,
      atTs: clock.now(),
    })),
  );
  const rings = await Promise.all(Array.from({ length: 20 }, () => ring.keysFor(wanted)));
  assert.equal(arrived, 1);
  assert.equal(questions.length, 2);
  for (const keyOf of rings) for (const { name, key } of [one, two]) assert.equal(keyOf(name, 'ed25519:k')?.key.publicKey, key.publicKey);
});

onEachEngine('answers about somebody else, forged ones and nonsense teach nothing', async ({ database }) => {
  const forged = signJson(jsonObject({ ...one.keyAnswer(clock.now() + day), signatures: jsonObject({}) }), 'one.test', two.key);
  for (const answer of [two.keyAnswer(clock.now() + day), forged, {}, [], null, 'x'] as JsonValue[]) {
    const { key, says } = await place(database);
    says.set('one.test', () => answer);
    assert.equal(await key(one.name, 'ed25519:k'), undefined);
    assert.equal(await key(two.name, 'ed25519:k'), undefined);
  }
});

onEachEngine('a key that its server has retired keeps counting for what it signed before', async ({ database }) => {
  const { key, says } = await place(database);
  says.set('one.test', () => one.keyAnswer(clock.now() + day));
  await key(one.name, 'ed25519:k');
  const next = otherServer('one.test', 7, 'next');
  const expired = clock.now() + 5;
  says.set('one.test', () =>
    next.keyAnswer(clock.now() + day, { old: jsonObject({ 'ed25519:k': jsonObject({ key: one.key.publicKey, expired_ts: expired }) }) }),
  );
  clock.advance(60_000);
  assert.ok(await key(one.name, 'ed25519:next'));
  assert.deepEqual((await key(one.name, 'ed25519:k'))?.validity, { expiredTs: expired });
});

onEachEngine('a server that shows ever new keys fills no table', async ({ database }) => {
  const { key, says, ring } = await place(database);
  for (let round = 0; round < 30; round += 1) {
    says.set('one.test', () => otherServer('one.test', 60 + round, `r${round}`).keyAnswer(clock.now() + day));
    await key(one.name, `ed25519:r${round}`);
    clock.advance(60_000);
  }
  const keys = await ring.stored([{ serverName: one.name, keyId: undefined, atTs: 0 }]);
  assert.equal(keys.get('one.test')?.size, 20);
  assert.ok(((await ring.answersOf([one.name])).get('one.test')?.size ?? 99) <= 20);
});

onEachEngine('servers that we have nothing to do with are not asked; our own keys are known without asking', async ({ database }) => {
  const { key, questions } = await place(database, { allows: (name) => name !== 'one.test' });
  assert.equal(await key(one.name, 'ed25519:k'), undefined);
  assert.equal((await key('own.test' as ServerName, 'ed25519:own'))?.key.publicKey, ownSigning.publicKey);
  assert.equal(await key('own.test' as ServerName, 'ed25519:other'), undefined);
  assert.equal(questions.length, 0);
});

/** A notary that passes on what it heard, in one answer. */
function notarySays(answers: readonly JsonObject[], witness = notary): Say {
  return ({ method }) =>
    method === 'GET'
      ? notary.keyAnswer(clock.now() + day)
      : jsonObject({ server_keys: answers.map((answer) => signJson(answer, witness.name, witness.key)) });
}

onEachEngine('what silent servers said is learnt from a notary, all in one question', async ({ database }) => {
  const { ring, says, questions } = await place(database, { notaries: [notary.name] });
  says.set('notary.test', notarySays([one.keyAnswer(clock.now() + day), two.keyAnswer(clock.now() + day)]));
  const atTs = clock.now();
  const keyOf = await ring.keysFor([one, two].map(({ name }) => ({ serverName: name, keyId: 'ed25519:k', atTs })));
  for (const { name, key } of [one, two]) assert.equal(keyOf(name, 'ed25519:k')?.key.publicKey, key.publicKey);
  const posted = questions.filter(({ method }) => method === 'POST');
  assert.deepEqual(
    posted.map(({ content }) => content && own(content, 'server_keys')),
    [
      jsonObject({
        'one.test': jsonObject({ 'ed25519:k': jsonObject({ minimum_valid_until_ts: atTs }) }),
        'two.test': jsonObject({ 'ed25519:k': jsonObject({ minimum_valid_until_ts: atTs }) }),
      }),
    ],
  );
});

onEachEngine('a notary is believed only what it has signed, about whom it was asked, and what they had signed', async ({ database }) => {
  const forged = signJson(jsonObject({ ...one.keyAnswer(clock.now() + day), signatures: jsonObject({}) }), 'one.test', two.key);
  for (const say of [notarySays([one.keyAnswer(clock.now() + day)], otherServer('notary.test', 9)), notarySays([forged])]) {
    const { key, says } = await place(database, { notaries: [notary.name] });
    says.set('notary.test', say);
    assert.equal(await key(one.name, 'ed25519:k'), undefined);
  }
  const { key, says } = await place(database, { notaries: [notary.name] });
  says.set('notary.test', notarySays([two.keyAnswer(clock.now() + day)]));
  await key(one.name, 'ed25519:k');
  says.delete('notary.test');
  assert.equal(await key(two.name, 'ed25519:k'), undefined);
});

onEachEngine('an old answer that a notary kept takes nothing back', async ({ database }) => {
  const { key, says } = await place(database, { notaries: [notary.name] });
  says.set('one.test', () => one.keyAnswer(clock.now() + day));
  const known = await key(one.name, 'ed25519:k');
  says.delete('one.test');
  const usurper = otherServer('one.test', 8);
  for (const answer of [one.keyAnswer(clock.now() - day), usurper.keyAnswer(clock.now() + 2 * day)]) {
    says.set('notary.test', notarySays([answer]));
    clock.advance(60 * 60_000);
    const again = await key(one.name, 'ed25519:k', clock.now() + 3 * day);
    assert.equal(again?.key.publicKey, known?.key.publicKey);
    assert.deepEqual(again?.validity, known?.validity);
  }
});
