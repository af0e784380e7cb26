import assert from 'node:assert/strict';
import { test } from 'node:test';

import { jsonObject } from './json/object.ts';
import type { JsonValue } from './json/value.ts';
import { compileServerAcl } from './server-acl.ts';

const allows = (content: { readonly [key: string]: JsonValue }, name: string): boolean =>
  compileServerAcl(jsonObject(content)).allows(name);

test('denied beats allowed, and who is in no list is denied', () => {
  const content = { allow: ['*.good.test', 'one.test'], deny: ['bad.good.test'] };
  for (const name of ['a.good.test', 'a.b.good.test', 'one.test']) assert.equal(allows(content, name), true, name);
  for (const name of ['bad.good.test', 'good.test', 'two.test', 'one.test.org']) assert.equal(allows(content, name), false, name);
  assert.equal(allows({}, 'one.test'), false);
  assert.equal(allows({ allow: ['one.tes?'] }, 'one.test'), true);
});

test('EA-25 neither case nor port make another server', () => {
  const content = { allow: ['*'], deny: ['BAD.test'] };
  for (const name of ['bad.test', 'Bad.Test:8448', 'BAD.TEST']) assert.equal(allows(content, name), false, name);
  assert.equal(allows(content, 'xn--bad.test'), true);
});

test('addresses are shut out as such only when the room says so, and in their own spelling', () => {
  for (const name of ['1.2.3.4', '1.2.3.4:1', '[::1]', '[::1]:8448']) {
    assert.equal(allows({ allow: ['*'] }, name), true, name);
    assert.equal(allows({ allow: ['*'], allow_ip_literals: 'no' }, name), true, name);
    assert.equal(allows({ allow: ['*'], allow_ip_literals: false }, name), false, name);
  }
  assert.equal(allows({ allow: ['*'], deny: ['[::1]'] }, '[::1]:1'), false);
});

test('what is no list, no text and no server name allows nobody', () => {
  assert.equal(allows({ allow: '*' }, 'one.test'), false);
  assert.equal(allows({ allow: [1, null, {}] as never }, 'one.test'), false);
  assert.equal(allows({ allow: ['*'], deny: 'one.test' }, 'one.test'), true);
  for (const name of ['', 'a b', 'one.test:x']) assert.equal(allows({ allow: ['*'] }, name), false, name);
});

test('MD-09 a list as great as an event may be, of patterns that are dear elsewhere, holds nobody up', () => {
  const deny = Array.from({ length: 1500 }, (_, index) => `${'*a'.repeat(18)}${index}`);
  const acl = compileServerAcl(jsonObject({ allow: ['*'], deny }));
  const name = `${'a'.repeat(60)}.test`;
  // The bound is one for a slow machine; without linear matching this does not end at all.
  const start = process.cpuUsage();
  for (let round = 0; round < 20; round += 1) assert.equal(acl.allows(name), true);
  assert.ok(process.cpuUsage(start).user < 2_000_000);
});
