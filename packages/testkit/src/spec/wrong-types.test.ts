import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bodyFields, fieldsOf } from './body-fields.ts';
import { sample } from './sample.ts';
import { allOperations, operationById, specification } from './specification.ts';
import type { Schema } from './types.ts';
import { responseValidator } from './validator.ts';
import { wrongBodies, wrongTypes } from './wrong-types.ts';

const spec = specification();
const validator = responseValidator(spec);

const SCHEMA: Schema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    age: { type: ['integer', 'null'] },
    anything: {},
    friends: { type: 'array', items: { $ref: '#/$defs/friend' } },
  },
};
const DEFINITIONS: Record<string, Schema> = {
  friend: { allOf: [{ type: 'object', patternProperties: { '^@': { type: 'boolean' } } }] },
};

test('fields are listed through references, lists and maps', () => {
  const fields = fieldsOf(SCHEMA, DEFINITIONS).map(({ path, types, required }) => [path.join('.'), types.join('|'), required]);
  assert.deepEqual(fields, [
    ['', 'object', true],
    ['name', 'string', true],
    ['age', 'null|integer', false],
    ['anything', '', false],
    ['friends', 'array', false],
    ['friends.0', 'object', true],
    ['friends.0.@someone:example.org', 'boolean', false],
  ]);
});

test('a field of an operation is listed with its types', () => {
  const fields = bodyFields(spec, operationById(spec, 'client-server', 'createRoom'));
  const typesAt = (path: string) => fields.find((field) => field.path.join('/') === path)?.types;
  assert.deepEqual(typesAt(''), ['object']);
  assert.deepEqual(typesAt('is_direct'), ['boolean']);
  assert.deepEqual(typesAt('initial_state/0/content'), ['object']);
  assert.deepEqual(bodyFields(spec, operationById(spec, 'client-server', 'sync')), []);
});

test('each wrong body differs from the sample in one place and has a type that is not allowed there', () => {
  const whole = sample(SCHEMA, DEFINITIONS);
  const ages = [...wrongTypes(SCHEMA, DEFINITIONS)].filter((each) => each.pointer === '/age');
  assert.deepEqual(
    ages.map((each) => each.given),
    ['boolean', 'number', 'string', 'array', 'object'],
  );
  for (const { body } of ages) assert.deepEqual({ ...(body as object), age: 1 }, whole);
});

test('a body given by the test is changed, and lacking parents are taken from the sample', () => {
  const base = { name: 'me', mine: 1 };
  const bodies = [...wrongTypes(SCHEMA, DEFINITIONS, base)];
  assert.deepEqual(bodies.find((each) => each.pointer === '/name')?.body, { name: null, mine: 1 });
  assert.deepEqual(bodies.find((each) => each.pointer === '/friends/0')?.body, {
    name: 'me',
    mine: 1,
    friends: [null],
  });
});

test('the same bodies come in the same order', () => {
  const operation = operationById(spec, 'client-server', 'postPusher');
  assert.deepEqual([...wrongBodies(spec, operation)], [...wrongBodies(spec, operation)]);
});

test('the sample of each request body is valid, and each wrong body is not', () => {
  let wrong = 0;
  for (const operation of allOperations(spec)) {
    const schema = operation.request?.schema;
    // A profile field's body has one key, the name in the path, which no schema says.
    if (schema === undefined || operation.operationId === 'setProfileField') continue;
    const problems = (body: unknown) => validator.validateRequest(operation.method, operation.path, body);
    assert.deepEqual(problems(sample(schema, spec.apis[operation.api].$defs)), [], operation.operationId);
    for (const { pointer, given, body } of wrongBodies(spec, operation)) {
      assert.notEqual(problems(body)?.length, 0, `${operation.operationId} ${pointer} as ${given}`);
      wrong += 1;
    }
  }
  assert.ok(wrong > 3_000, `only ${wrong} bodies`);
});
