import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addressSet, clientAddress } from './client-address.ts';
import { network } from './network.ts';

test('AD-03: X-Forwarded-For counts only as far as trusted proxies wrote it', () => {
  const direct = clientAddress([]);
  assert.equal(direct('203.0.113.9', '10.1.1.1'), '203.0.113.9');
  const behind = clientAddress(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32']);
  assert.equal(behind('203.0.113.9', '198.51.100.7'), '203.0.113.9', 'the peer is nobody we trust');
  assert.equal(behind('127.0.0.1', '198.51.100.7'), '198.51.100.7');
  assert.equal(behind('127.0.0.1', '1.2.3.4, 198.51.100.7'), '198.51.100.7', 'the first entry is what the client claimed');
  assert.equal(behind('127.0.0.1', '1.2.3.4, 198.51.100.7, 10.9.9.9'), '198.51.100.7', 'through two of ours');
  assert.equal(behind('127.0.0.1', ['1.2.3.4', '198.51.100.7']), '198.51.100.7');
  assert.equal(behind('::ffff:127.0.0.1', '198.51.100.7'), '198.51.100.7');
  assert.equal(behind('2001:db8::1', '[2001:DB9::5]'), '2001:db9::5');
  assert.equal(behind('127.0.0.1', 'unknown'), '127.0.0.1');
  assert.equal(behind('127.0.0.1', '198.51.100.7, <script>'), '127.0.0.1');
  assert.equal(behind('127.0.0.1', undefined), '127.0.0.1');
  assert.equal(behind(undefined, '1.1.1.1'), '');
  assert.equal(behind('127.0.0.1', `198.51.100.7${', 10.0.0.1'.repeat(15)}`), '198.51.100.7');
  assert.equal(behind('127.0.0.1', `198.51.100.7${', 10.0.0.1'.repeat(16)}`), '10.0.0.1', 'more hops than anyone has are not followed');
});

test('what is neither an address nor a network is refused', () => {
  for (const entry of ['', 'localhost', '10.0.0.0/33', '10.0.0.0/x', '10.0.0', '::1/129', '10.0.0.0/-1'])
    assert.throws(() => addressSet([entry]), RangeError, entry);
  assert.equal(addressSet(['::/0'])('2001:db8::1'), true);
  assert.equal(addressSet(['0.0.0.0/0'])('not an address'), false);
});

test('an IPv6 client is its /64, however it is written', () => {
  assert.equal(network('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2');
  assert.equal(network('2001:db8:1:2::6'), '2001:db8:1:2');
  assert.equal(network('2001:db8::6'), '2001:db8:0:0');
  assert.equal(network('::1'), '0:0:0:0');
  assert.equal(network('192.0.2.1'), '192.0.2.1');
});
