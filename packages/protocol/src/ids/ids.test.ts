import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { RoomVersionRules } from '../room-versions/rules.ts';
import { roomVersionRules } from '../room-versions/table.ts';
import { isNamespacedIdentifier, isOpaqueIdentifier } from './common-grammars.ts';
import { isEventIdOf, parseEventId } from './event-id.ts';
import { keyAlgorithmOf, parseDeviceId, parseKeyId, parseOwnKeyId } from './key-id.ts';
import { isMediaId, parseMxcUri, splitMxcUri } from './mxc-uri.ts';
import { parseDomainRoomId, parseHashRoomId, parseRoomAlias, parseRoomId, serverNameOfAlias } from './room-id.ts';
import type { ServerName } from './server-name.ts';
import { parseServerName, splitServerName } from './server-name.ts';
import type { UserId } from './user-id.ts';
import { domainOf, isCompliantUserId, isCurrentLocalpart, localpartOf, newUserId, parseUserId, serverNameOf } from './user-id.ts';

type Parse = (text: unknown) => string | undefined;

function check(parse: Parse, valid: readonly string[], invalid: readonly unknown[]): void {
  for (const text of valid) assert.equal(parse(text), text, text);
  for (const text of [...invalid, undefined, null, 5, {}, [], true]) assert.equal(parse(text), undefined, String(text));
}

const hash = 'A_-z0'.repeat(9).slice(0, 43);
const name255 = 'a'.repeat(255);

test('server names follow the grammar', () => {
  const valid = [
    'matrix.org',
    'matrix.org:8888',
    '1.2.3.4',
    '1.2.3.4:1234',
    '[1234:5678::abcd]',
    '[1234:5678::abcd]:5678',
    'localhost',
    'MATRIX.org',
    'xn--bcher-kva.example',
    'a-b.c',
    '[::]',
    '[::1]',
    '[::ffff:1.2.3.4]',
    '[1:2:3:4:5:6:7:8]',
    '[1::]',
    'a:0',
    'a:99999',
    name255,
    '999.1.1.1',
  ];
  const invalid = [
    '',
    ':80',
    'a:',
    'a:123456',
    'a:x',
    'a b',
    'a/b',
    'bücher.example',
    'a_b',
    '[::1',
    '::1',
    '[]',
    '[:]',
    '[1:2]',
    '[1:2:3:4:5:6:7:8:9]',
    '[1::2::3]',
    '[::12345]',
    '[::1.2.3.4:5]',
    '[1.2.3.4]',
    '[::1.2.3.256]',
    '[:1::]',
    '[g::]',
    '[::]x',
    'a:80:80',
    'a\n',
    'a\0',
    `${name255}a`,
    'user@host',
    'a?',
    '[1:2:3:4:5:6:7::8:9]',
    '[1:2:3:4::5:6:7:8]',
    '[1:2:3::4:5:6::7:8]',
  ];
  check(parseServerName, valid, invalid);
  assert.deepEqual(splitServerName('[::1]:80'), { host: '::1', kind: 'ipv6', port: 80 });
  assert.deepEqual(splitServerName('1.2.3.4'), { host: '1.2.3.4', kind: 'ipv4', port: undefined });
  assert.deepEqual(splitServerName('256.2.3.4:1'), { host: '256.2.3.4', kind: 'dns', port: 1 });
  assert.deepEqual(splitServerName('a.example'), { host: 'a.example', kind: 'dns', port: undefined });
});

test('user ids are read with the historical grammar', () => {
  const valid = [
    '@a:b',
    '@alice:example.com:80',
    '@:b',
    '@A b:c',
    '@ä€\u{1f600}:c',
    '@\u0001:b',
    '@a=/+:[::1]',
    `@${'a'.repeat(252)}:b`,
    '@__proto__:b',
    '@constructor:b',
  ];
  check(parseUserId, valid, [
    '',
    '@',
    '@a',
    'a:b',
    '!a:b',
    '@a:',
    '@a:b c',
    '@a:b:c',
    '@a\0b:c',
    '@\ud800:b',
    `@${'a'.repeat(253)}:b`,
    `@${'€'.repeat(85)}:b`,
    ' @a:b',
    '@a:b ',
  ]);
  assert.equal(localpartOf('@a.b:c:80' as UserId), 'a.b');
  assert.equal(serverNameOf('@a.b:c:80' as UserId), 'c:80');
  assert.equal(domainOf('@a.b:c:80'), 'c:80');
  assert.equal(domainOf('!abc'), undefined);
});

test('new users get ids of the current grammar only', () => {
  for (const localpart of ['a', '0', 'a.b_c=d-e/f+g', 'x'.repeat(248)]) {
    assert.equal(isCurrentLocalpart(localpart), true);
    assert.equal(newUserId(localpart, 'a.com' as ServerName), `@${localpart}:a.com`);
  }
  for (const localpart of ['', 'A', 'ä', 'a b', 'a:b', 'a\n', '@a', 'a*', 'a%']) {
    assert.equal(isCurrentLocalpart(localpart), false, localpart);
    assert.equal(newUserId(localpart, 'a.com' as ServerName), undefined);
  }
  assert.equal(newUserId('x'.repeat(249), 'a.com' as ServerName), undefined);
});

test('ids that may be shown outside of events have visible ASCII localparts', () => {
  for (const id of ['@a:b', '@A!~:b']) assert.equal(isCompliantUserId(id as UserId), true, id);
  for (const id of ['@:b', '@a b:c', '@ä:b', '@\u007f:b']) assert.equal(isCompliantUserId(id as UserId), false, id);
});

test('room ids have a server or are a hash', () => {
  check(
    parseRoomId,
    ['!a:b', `!${hash}`, '!ä:b:80', `!${hash}:b`],
    [
      '!',
      '!:b',
      `!${hash}x`,
      `!${hash.slice(1)}`,
      '#a:b',
      '!a',
      '!a:',
      '!a:b c',
      `!${'a'.repeat(253)}:b`,
      `!${hash.slice(1)}+`,
      `!${hash}\n`,
    ],
  );
  check(parseHashRoomId, [`!${hash}`], ['!a:b', `$${hash}`]);
  check(parseDomainRoomId, ['!a:b', `!${hash}:b`], [`!${hash}`]);
});

test('room aliases have a server', () => {
  check(parseRoomAlias, ['#a:b', '#Ä \u{1f600}:b:1', '#a#b:c'], ['#', '#a', '#:b', '!a:b', '#a\0:b', '#a:b/c', `#${'a'.repeat(253)}:b`]);
  const alias = parseRoomAlias('#x:a.example:1');
  assert.equal(alias && serverNameOfAlias(alias), 'a.example:1');
});

test('event ids have the form of their room version', () => {
  check(
    parseEventId,
    ['$a', '$a:b', `$${hash}`, '$acR1l0raoZnm60CBwAVgqbZqoO/mYU81xysh1u7XcJk'],
    ['', '$', 'a', '!a:b', `$${name255}`, '$a\0', '$\udc00', ' $a'],
  );
  const of = (version: string): RoomVersionRules => roomVersionRules(version) as RoomVersionRules;
  const standard = '$acR1l0raoZnm60CBwAVgqbZqoO/mYU81xysh1u7XcJk';
  const urlSafe = '$Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg';
  assert.deepEqual(
    ['1', '2', '3', '4', '12'].map((version) => isEventIdOf('$a:b.example', of(version))),
    [true, true, false, false, false],
  );
  assert.deepEqual(
    ['1', '3', '4', '12'].map((version) => isEventIdOf(standard, of(version))),
    [false, true, false, false],
  );
  assert.deepEqual(
    ['1', '3', '4', '12'].map((version) => isEventIdOf(urlSafe, of(version))),
    [false, false, true, true],
  );
  assert.equal(isEventIdOf('$:b', of('1')), false);
});

test('key ids name an algorithm and a version', () => {
  check(
    parseKeyId,
    ['ed25519:1', 'ed25519:a_RXGa', 'ed25519:policy_server', 'curve25519:x', 'ed25519:a-b.c'],
    ['', 'ed25519', 'ed25519:', ':1', 'ED:1', 'ed25519:a b', 'ed25519:"', 'ed25519:a,b', 'ed25519:ä', `ed25519:${'a'.repeat(129)}`],
  );
  check(parseOwnKeyId, ['ed25519:a_1'], ['ed25519:a-1', 'rsa:1', 'ed25519:', 'ed25519:a\n']);
  assert.equal(keyAlgorithmOf('ed25519:a:b'), 'ed25519');
  assert.equal(keyAlgorithmOf('ed25519'), '');
});

test('device ids are any text of 1 to 255 bytes', () => {
  check(parseDeviceId, ['A', 'ABC/é "x"', '__proto__', name255], ['', `${name255}a`, 'a\0', '\ud800']);
});

test('media URIs cannot name anything but media', () => {
  check(
    parseMxcUri,
    ['mxc://a.example/AbC_-9', 'mxc://[::1]:80/x', `mxc://a/${name255}`],
    [
      'mxc://a',
      'mxc://a/',
      'mxc:///x',
      'mxc://a/../x',
      'mxc://a/b/c',
      'mxc://a/b?x',
      'mxc://a/b#auto',
      'mxc://a/%2e',
      'mxc://a b/c',
      'http://a/b',
      'mxc://127.0.0.1/../../../x',
      'MXC://a/b',
      `mxc://a/${name255}a`,
      'mxc://a/ä',
    ],
  );
  assert.deepEqual(splitMxcUri('mxc://a:1/b'), { serverName: 'a:1', mediaId: 'b' });
  assert.equal(isMediaId('a.b'), false);
});

test('shared grammars hold their characters and lengths', () => {
  for (const text of ['a', 'A-z.0_~', name255]) assert.equal(isOpaqueIdentifier(text), true);
  for (const text of ['', 'a b', 'ä', `${name255}a`, 'a/b']) assert.equal(isOpaqueIdentifier(text), false);
  for (const text of ['m.room', 'a', 'com.example-x_y.9', name255]) assert.equal(isNamespacedIdentifier(text), true);
  for (const text of ['', '9a', 'A', '.a', 'aB', `${name255}a`]) assert.equal(isNamespacedIdentifier(text), false);
});
