import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hostsFileAddresses, systemNetwork } from './network.ts';

test('localhost is this machine, and an address is its own', async () => {
  const network = systemNetwork();
  assert.deepEqual(await network.addresses('LOCALHOST.'), ['127.0.0.1', '::1']);
  assert.deepEqual(await network.addresses('127.0.0.9'), ['127.0.0.9']);
});

test('the machine’s own names are read, without comments and whatever else stands there', () => {
  const text = '# 1.2.3.4 one\n127.0.1.1\tOne.Test one # two\n::5 one.test\nnonsense one.test\n\n10.0.0.1 other';
  assert.deepEqual(hostsFileAddresses(text, 'one.test'), ['127.0.1.1', '::5']);
  assert.deepEqual(hostsFileAddresses(text, 'two'), []);
});
