import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deviceKeys, identity, oneTimeKeys, post, v3 } from './key-ring.ts';
import { onBoth } from './on-both.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values that would do harm where another server expects something else. */
const strange: readonly Json[] = [null, true, 0, 1.5, -1, 2 ** 53, '', [], {}, ['x'], [null], { a: 1 }, { a: {} }, [[]], { 'a:b': ['x'] }];

/** Every place inside a value, the value itself included; in objects the first keys of each. */
function* places(value: Json, path: readonly (string | number)[] = []): Generator<readonly (string | number)[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value).slice(0, 4)) yield* places(inner, [...path, key]);
}

function replaced(value: Json, [key, ...rest]: readonly (string | number)[], put: Json): Json {
  if (key === undefined) return put;
  if (Array.isArray(value)) return value.map((inner, index) => (String(index) === String(key) ? replaced(inner, rest, put) : inner));
  return { ...(value as object), [key]: replaced((value as { [key: string]: Json })[key] ?? null, rest, put) };
}

function typeOf(value: Json): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function at(value: Json, path: readonly (string | number)[]): Json {
  return path.reduce<Json>((inner, key) => (inner as { [key: string]: Json })[key] ?? null, value);
}

onBoth('malformed keys', ({ somebody }) => {
  test('MD-06: at least 200 malformed bodies of keys are refused with 400, and nothing of them is stored', async () => {
    const alice = await somebody('alice');
    const { key } = { key: oneTimeKeys(alice, 1)['signed_curve25519:A0000'] as Json };
    const named = { 'signed_curve25519:A': key };
    const uploads = JSON.parse(JSON.stringify({ device_keys: deviceKeys(alice), one_time_keys: named, fallback_keys: named })) as Json;
    const crossSigning = JSON.parse(JSON.stringify(identity(alice.userId).upload)) as Json;
    const bodies: [string, Json, string][] = [];
    for (const [path, base] of [
      ['upload', uploads],
      ['device_signing/upload', crossSigning],
    ] as const) {
      for (const place of places(base)) {
        for (const value of strange) {
          if (typeOf(value) === typeOf(at(base, place))) continue;
          // A signed key may be replaced by an unsigned one of another algorithm, but not here.
          bodies.push([path, replaced(base, place, value), `${place.join('/')} is ${JSON.stringify(value)}`]);
        }
      }
    }
    for (const name of ['', 'x', ':', 'x:', ':x', 'a b:c', 'a:\n', 'a:b\u0000', `a:${'x'.repeat(256)}`, `${'x'.repeat(65)}:a`, 'a:ü']) {
      bodies.push(
        ['upload', { one_time_keys: { [name]: 'x' } }, `one-time key ${name}`],
        ['upload', { fallback_keys: { [name]: 'x' } }, `fallback key ${name}`],
      );
      bodies.push(['upload', { device_keys: { ...(deviceKeys(alice) as { [key: string]: Json }), keys: { [name]: 'x' } } }, `key ${name}`]);
    }
    for (const raw of [
      '{',
      '[',
      '"',
      '{"one_time_keys":{"a:b":"\\ud800"}}',
      '{"one_time_keys":{"a:b":1e400}}',
      '{"device_keys":1,"device_keys":2}',
    ])
      bodies.push(['upload', raw, raw]);
    assert.ok(bodies.length >= 200, `${bodies.length} bodies`);
    for (const [path, body, what] of bodies) {
      const sent = typeof body === 'string' && what === body ? Buffer.from(body) : body;
      const answer = await alice.request('POST', `${v3}/keys/${path}`, { body: sent });
      assert.equal(answer.status, 400, `${path}: ${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    const query = await post(alice, 'query', { device_keys: { [alice.userId]: [] } });
    assert.deepEqual([query.device_keys, query.master_keys, query.self_signing_keys], [{ [alice.userId]: {} }, {}, {}]);
    assert.deepEqual((await post(alice, 'upload', {})).one_time_key_counts, { signed_curve25519: 0 });
  });
});
