import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parsePropertyPath, propertyAt } from './property-path.ts';

test('a path is cut at its dots', () => {
  assert.deepEqual(parsePropertyPath('content.body'), ['content', 'body']);
  assert.deepEqual(parsePropertyPath('type'), ['type']);
});

test('an escaped dot or backslash belongs to the name, any other backslash is itself', () => {
  assert.deepEqual(parsePropertyPath('content.m\\.relates_to.rel_type'), ['content', 'm.relates_to', 'rel_type']);
  assert.deepEqual(parsePropertyPath('content.m\\\\foo'), ['content', 'm\\foo']);
  assert.deepEqual(parsePropertyPath('content.m\\xfoo\\'), ['content', 'm\\xfoo\\']);
  assert.deepEqual(parsePropertyPath('a\\\\.b'), ['a\\', 'b']);
});

test('empty names are names', () => {
  assert.deepEqual(parsePropertyPath('a..b.'), ['a', '', 'b', '']);
  assert.equal(propertyAt({ a: { '': 1 } }, ['a', '']), 1);
});

test('a path ends where a name is missing, inherited, or inside an array', () => {
  const value = { content: { list: [1, 2], body: 'hi' } };
  assert.equal(propertyAt(value, ['content', 'body']), 'hi');
  assert.equal(propertyAt(value, ['content', 'nothing']), undefined);
  assert.equal(propertyAt(value, ['content', 'constructor']), undefined);
  assert.equal(propertyAt(value, ['content', 'list', '0']), undefined);
  assert.equal(propertyAt(value, ['content', 'body', 'length']), undefined);
});
