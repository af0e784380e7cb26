import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { loadSigningKey } from './signing-key-file.ts';
import { systemRandom } from '@hearth/kit';

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-key-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('EA-19: every server makes a key of its own at its first start, and keeps it where only its owner reads', async (t) => {
  const folder = folderFor(t);
  const made = new Set<string>();
  for (let server = 0; server < 100; server += 1) {
    const file = join(folder, String(server), 'signing.key');
    const key = await loadSigningKey(file, systemRandom());
    made.add(key.publicKey);
    assert.deepEqual(await loadSigningKey(file, systemRandom()).then(({ publicKey, keyId }) => [publicKey, keyId]), [
      key.publicKey,
      key.keyId,
    ]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  }
  assert.equal(made.size, 100);
});

test('EA-19: a key that the world knows, and what is no key, refuses the start and stays as it is', async (t) => {
  const file = join(folderFor(t), 'signing.key');
  const seeds = [Buffer.alloc(32), Buffer.alloc(32, 0xff), Buffer.from('YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1', 'base64')];
  const texts = seeds.map((seed) => `ed25519 a_1 ${seed.toString('base64')}`);
  for (const text of [
    ...texts,
    '',
    'ed25519 a_1',
    'ed25519 a_1 AAAA',
    'rsa a_1 AAAA',
    `ed25519 a/1 ${Buffer.alloc(32, 7).toString('base64')}`,
  ]) {
    writeFileSync(file, text);
    await assert.rejects(loadSigningKey(file, systemRandom()), /holds no usable signing key/);
    assert.equal(readFileSync(file, 'utf8'), text);
  }
});

test('EA-19: of several servers that start at once in one directory, one makes the key of all', async (t) => {
  const file = join(folderFor(t), 'signing.key');
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadSigningKey(file, systemRandom())));
  const { publicKey } = await loadSigningKey(file, systemRandom());
  assert.deepEqual(new Set(keys.map((key) => key.publicKey)), new Set([publicKey]));
  assert.deepEqual(readdirSync(dirname(file)), ['signing.key']);
});
