import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { decodeBase64 } from '../ids/base64.ts';
import { own, ownObject } from '../json/object.ts';
import type { JsonObject } from '../json/value.ts';
import { roomVersionRules } from '../room-versions/table.ts';
import type { SigningKey } from './keys.ts';
import { signingKeyFromSeed, verifyKeyFromBase64, verifyKeyOf } from './keys.ts';
import { hashAndSignEvent } from './sign-event.ts';
import { signJson, verifyJson } from './sign-json.ts';

function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../vectors/signing/${name}.json`, import.meta.url), 'utf8')) as T;
}

type Key = { readonly seed: string; readonly public_key: string; readonly server_name: string; readonly key_id: string };
type JsonVectors = Key & { readonly cases: readonly { readonly name: string; readonly object: JsonObject; readonly signature: string }[] };
type EventVectors = Key & {
  readonly cases: readonly {
    readonly name: string;
    readonly room_version: string;
    readonly event: JsonObject;
    readonly content_hash: string;
    readonly signature: string;
  }[];
};

/** The vectors' key is public, so it must be asked for with the check for such keys off. */
function keyOf(vector: Key): SigningKey {
  const key = signingKeyFromSeed(decodeBase64(vector.seed) as Uint8Array, vector.key_id, () => false);
  assert.ok(key);
  return key;
}

const jsonVectors = vectors<JsonVectors>('json-signing');
for (const { name, object, signature } of jsonVectors.cases) {
  test(`signing vector: ${name}`, () => {
    const signed = signJson(object, jsonVectors.server_name, keyOf(jsonVectors));
    assert.equal(own(ownObject(ownObject(signed, 'signatures') ?? {}, 'domain') ?? {}, 'ed25519:1'), signature);
    const published = verifyKeyFromBase64(jsonVectors.public_key, () => false);
    assert.ok(published);
    assert.deepEqual(
      verifyJson(signed, 'domain', () => published),
      { allowed: true },
    );
  });
}

const eventVectors = vectors<EventVectors>('event-signing');
for (const { name, room_version, event, content_hash, signature } of eventVectors.cases) {
  test(`event signing vector: ${name}`, () => {
    const rules = roomVersionRules(room_version);
    assert.ok(rules);
    const signed = hashAndSignEvent(event, rules, eventVectors.server_name, keyOf(eventVectors));
    assert.equal(own(ownObject(signed, 'hashes') ?? {}, 'sha256'), content_hash);
    assert.equal(own(ownObject(ownObject(signed, 'signatures') ?? {}, 'domain') ?? {}, 'ed25519:1'), signature);
    assert.deepEqual(own(signed, 'unsigned'), event['unsigned']);
  });
}

test('a signature is refused when text, key, entity or encoding differ', () => {
  const key = keyOf(jsonVectors);
  const other = signingKeyFromSeed(new Uint8Array(32).fill(7), 'ed25519:1') as SigningKey;
  const signed = signJson({ one: 1 }, 'domain', key);
  const keys = () => verifyKeyOf(key);
  assert.equal(verifyJson(signed, 'domain', keys).allowed, true);
  assert.equal(verifyJson({ ...signed, one: 2 }, 'domain', keys).allowed, false);
  assert.equal(verifyJson(signed, 'other', keys).allowed, false);
  assert.equal(verifyJson(signed, 'domain', () => verifyKeyOf(other)).allowed, false);
  assert.equal(verifyJson(signed, 'domain', () => undefined).allowed, false);
  assert.equal(verifyJson({ ...signed, float: 1.5 }, 'domain', keys).allowed, false);
  for (const signatures of [
    {},
    [],
    'x',
    null,
    { domain: null },
    { domain: {} },
    { domain: { 'ed25519:1': 5 } },
    { domain: { 'ed25519:1': '' } },
    { domain: { 'ed25519:1': '!' } },
    { domain: { 'rsa:1': 'AAAA' } },
  ]) {
    assert.equal(verifyJson({ one: 1, signatures }, 'domain', keys).allowed, false);
  }
});

test('of the known keys every signature must be right; unknown keys and algorithms are passed over', () => {
  const key = keyOf(jsonVectors);
  const signed = signJson({ one: 1 }, 'domain', key);
  const right = own(ownObject(ownObject(signed, 'signatures') as JsonObject, 'domain') as JsonObject, 'ed25519:1') as string;
  const withBoth = (more: JsonObject): JsonObject => ({ one: 1, signatures: { domain: { 'ed25519:1': right, ...more } } });
  const wrong = 'A'.repeat(86);
  const known = () => verifyKeyOf(key);
  const onlyOne = (_: string, keyId: string) => (keyId === 'ed25519:1' ? verifyKeyOf(key) : undefined);
  assert.equal(verifyJson(withBoth({ 'ed25519:2': wrong }), 'domain', onlyOne).allowed, true);
  assert.equal(verifyJson(withBoth({ 'ed25519:2': wrong }), 'domain', known).allowed, false);
  assert.equal(verifyJson(withBoth({ 'rsa:2': wrong }), 'domain', known).allowed, true);
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`ed25519:x${n}`, wrong]));
  assert.equal(verifyJson(withBoth(many), 'domain', onlyOne).allowed, false);
});
