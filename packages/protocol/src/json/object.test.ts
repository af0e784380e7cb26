import assert from 'node:assert/strict';
import { test } from 'node:test';

import { jsonObject, jsonObjectFrom, own, ownArray, ownInteger, ownObject, ownString, pickKeys, withKey, withoutKeys } from './object.ts';
import { fitsInBytes, utf8Length } from './utf8.ts';
import type { JsonObject } from './value.ts';

const hostile = '__proto__';

test('N-01 objects that are built from foreign keys keep every key and have no prototype', () => {
  const names = [hostile, 'constructor', 'toString', 'then', 'hasOwnProperty', '10', '9'];
  const object = jsonObjectFrom(names.map((name, index) => [name, index]));
  const copies = [object, withKey(object, 'a', 1), withoutKeys(object, ['x']), pickKeys(object, names), jsonObject(object)];
  for (const copy of copies) {
    assert.equal(Object.getPrototypeOf(copy), null);
    for (const [index, name] of names.entries()) assert.equal(own(copy, name), index);
  }
  assert.equal(own(withKey(object, hostile, jsonObject({ admin: true })), 'admin'), undefined);
  assert.deepEqual(Object.keys(withoutKeys(object, names)), []);
});

test('N-01 readers see own keys only', () => {
  const plain: JsonObject = { a: 1 };
  for (const name of [hostile, 'constructor', 'toString']) {
    assert.equal(own(plain, name), undefined);
    assert.equal(ownObject(plain, name), undefined);
    assert.deepEqual(pickKeys(plain, [name]), jsonObject({}));
  }
});

test('typed readers answer undefined for other types', () => {
  const object = jsonObject({ s: 'x', n: 1, f: 1.5, big: 2 ** 53, o: jsonObject({}), l: [1], z: null, b: true });
  assert.deepEqual(
    ['s', 'n', 'o', 'l', 'z', 'b', 'none'].map((key) => ownString(object, key)),
    ['x', ...Array<undefined>(6).fill(undefined)],
  );
  assert.deepEqual(
    ['n', 'f', 'big', 's'].map((key) => ownInteger(object, key)),
    [1, undefined, undefined, undefined],
  );
  assert.deepEqual(
    ['o', 'l', 'z', 's'].map((key) => ownObject(object, key)),
    [jsonObject({}), undefined, undefined, undefined],
  );
  assert.deepEqual(
    ['l', 'o', 'z', 's'].map((key) => ownArray(object, key)),
    [[1], undefined, undefined, undefined],
  );
});

test('members without a value are left out', () => {
  assert.deepEqual(Object.keys(jsonObject({ a: undefined, b: null })), ['b']);
});

test('lengths are counted in bytes', () => {
  for (const text of ['', 'a', 'é', '€', '\u{1f600}', 'a\u{1f600}é', '\0', '\u07ff\u0800\uffff'])
    assert.equal(utf8Length(text), Buffer.byteLength(text), text);
  assert.equal(utf8Length('\ud83d'), 3);
  assert.equal(utf8Length('\ud83dx\ude00'), 7);
  assert.equal(fitsInBytes('a'.repeat(255), 255), true);
  assert.equal(fitsInBytes('a'.repeat(256), 255), false);
  assert.equal(fitsInBytes('€'.repeat(85), 255), true);
  assert.equal(fitsInBytes('€'.repeat(86), 255), false);
});
