import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allOperations, specification } from './specification.ts';
import type { Json } from './types.ts';

const spec = specification();

test('the data holds version 1.19 in full', () => {
  const counts = Object.entries(spec.apis).map(([api, document]) => [api, document.operations.length]);
  assert.deepEqual(Object.fromEntries(counts), {
    'client-server': 166,
    'server-server': 36,
    'application-service': 9,
    identity: 23,
    'push-gateway': 1,
  });
  assert.equal(spec.endpoints.current.length, 235);
  assert.equal(spec.endpoints.of2015.filter((endpoint) => endpoint.api === 'client-server').length, 56);
  const types = new Set(spec.events.events.map((event) => event.type));
  for (const type of ['m.room.create', 'm.room.member', 'm.presence', 'm.tag', 'm.room_key']) assert.ok(types.has(type));
});

test('every operation of the list has its schemas', () => {
  const listed = spec.endpoints.current.map(({ method, path, operation }) => `${method} ${path} ${operation}`);
  const described = allOperations(spec).map(({ method, path, operationId }) => `${method} ${path} ${operationId}`);
  assert.deepEqual(described.sort(), listed.sort());
  assert.ok(allOperations(spec).every((operation) => Object.keys(operation.responses).length > 0));
});

test('strings are names and patterns, never sentences', () => {
  const sentence = /^[A-Z][^_]* .*[.!]$/s;
  for (const text of stringsOf(spec as unknown as Json)) assert.doesNotMatch(text, sentence);
});

test('every reference leads to a definition of the same file', () => {
  for (const document of [...Object.values(spec.apis), spec.events]) {
    for (const text of stringsOf(document as unknown as Json)) {
      if (text.startsWith('#/')) assert.ok(text.replace('#/$defs/', '') in document.$defs, text);
    }
  }
});

function stringsOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsOf);
}
