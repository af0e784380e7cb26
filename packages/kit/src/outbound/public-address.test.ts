import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isPublicAddress } from './public-address.ts';

const open = [
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.1',
  '192.167.1.1',
  '223.255.255.255',
  '2a00:1450:4001::1',
  '2600::1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '64:ff9b::808:808',
];

/** SS-01: the forms in which an address inside was reached elsewhere. */
const closed = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '169.254.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.7',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::2',
  '::7f00:1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::FFFF:10.0.0.1',
  '::ffff:a9fe:a9fe',
  '::ffff:0:127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::a00:1',
  '64:ff9b::',
  '64:ff9b::1',
  '64:ff9b:1::1.1.1.1',
  '100::1',
  '2001::1',
  '2001:0:53aa:64c::1',
  '2001:2::1',
  '2001:10::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a00:1::1',
  '2002:808:808::1',
  '3fff::1',
  '4000::1',
  '5f00::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '[::1]',
  'localhost',
  '',
  '0x7f.1',
  '2130706433',
  '0177.0.0.1',
  '127.1',
  '1.1.1.1.1',
  'example.org',
];

test('addresses of the internet are public', () => {
  for (const address of open) assert.equal(isPublicAddress(address), true, address);
});

test('SS-01 inner, reserved, tunnelled and translated addresses and what is no address are not', () => {
  assert.ok(closed.length >= 60);
  for (const address of closed) assert.equal(isPublicAddress(address), false, address);
});
