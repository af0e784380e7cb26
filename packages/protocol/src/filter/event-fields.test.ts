import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../json/value.ts';
import { compileEventFields } from './event-fields.ts';

const event: JsonObject = {
  type: 'm.room.message',
  sender: '@a:x',
  content: { body: 'hi', 'm.relates_to': { rel_type: 'm.thread', event_id: '$e' }, list: [{ a: 1 }] },
};

function cut(...fields: readonly string[]): unknown {
  const project = compileEventFields(fields);
  assert.ok(project !== undefined);
  return JSON.parse(JSON.stringify(project(event)));
}

test('only the wanted fields stay', () => {
  assert.deepEqual(cut('type', 'content.body', 'absent', 'content.absent.deeper'), { type: 'm.room.message', content: { body: 'hi' } });
});

test('escaped dots belong to a name', () => {
  assert.deepEqual(cut('content.m\\.relates_to.rel_type'), { content: { 'm.relates_to': { rel_type: 'm.thread' } } });
  assert.deepEqual(cut('content.m.relates_to'), { content: {} });
});

test('a whole property wins over a part of it, in either order', () => {
  assert.deepEqual(cut('content', 'content.body'), { content: event['content'] });
  assert.deepEqual(cut('content.body', 'content'), { content: event['content'] });
});

test('paths do not reach into lists, strings or what objects inherit', () => {
  assert.deepEqual(cut('content.list.0', 'type.length', 'toString', '__proto__.x'), { content: {} });
});

test('no list and an empty list want whole events', () => {
  assert.equal(compileEventFields(undefined), undefined);
  assert.equal(compileEventFields([]), undefined);
});
