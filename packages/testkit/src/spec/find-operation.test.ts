import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findOperation, findOperations } from './find-operation.ts';
import { allOperations, specification } from './specification.ts';

const spec = specification();
const idOf = (method: string, path: string) => findOperation(spec, method, path)?.operation.operationId;

test('every operation is found by its own template', () => {
  for (const operation of allOperations(spec)) {
    const path = operation.path.replaceAll(/\{\w+\}/g, 'x');
    const found = findOperations(spec, operation.method, path).map((each) => each.operation.operationId);
    assert.ok(found.includes(operation.operationId), `${operation.method} ${path} gave ${found.join(' and ')}`);
  }
});

test('path parameters are decoded and the query does not matter', () => {
  const found = findOperation(spec, 'put', '/_matrix/client/v3/rooms/!a%2Fb:c/send/m.room.message/t%201?ts=5');
  assert.equal(found?.operation.operationId, 'sendMessage');
  assert.deepEqual(found.parameters, { roomId: '!a/b:c', eventType: 'm.room.message', txnId: 't 1' });
});

test('a literal segment wins over a parameter, whatever comes first', () => {
  const [some] = spec.apis.identity.operations;
  assert.ok(some !== undefined);
  const named = (operationId: string, path: string) => ({ ...some, method: 'GET', operationId, path });
  const operations = [named('any', '/a/{x}'), named('literal', '/a/b'), named('other', '/{y}/b')];
  for (const order of [operations, operations.toReversed()]) {
    const apis = { ...spec.apis, identity: { ...spec.apis.identity, operations: order } };
    const found = findOperations({ ...spec, apis }, 'GET', '/a/b').map((each) => each.operation.operationId);
    assert.deepEqual(found, ['literal']);
  }
});

test('old prefixes with the same shape lead to the operation of today', () => {
  assert.equal(idOf('GET', '/_matrix/client/r0/sync'), 'sync');
  assert.equal(idOf('GET', '/_matrix/client/v2_alpha/sync'), 'sync');
  assert.equal(idOf('POST', '/_matrix/media/r0/upload'), 'uploadContent');
  assert.equal(idOf('GET', '/_matrix/client/unstable/org.matrix.msc2965/auth_metadata'), 'getAuthMetadata');
});

test('what v1 means today is not taken for media of 2015', () => {
  assert.equal(idOf('POST', '/_matrix/media/v1/create'), 'createContent');
  assert.equal(idOf('GET', '/_matrix/media/v1/download/example.org/x'), 'getContent');
});

test('an empty state key may come with and without its slash', () => {
  assert.equal(idOf('GET', '/_matrix/client/v3/rooms/!a/state/m.room.name/'), 'getRoomStateWithKey');
  assert.equal(idOf('GET', '/_matrix/client/v3/rooms/!a/state/m.room.name'), 'getRoomStateWithKey');
  assert.equal(idOf('GET', '/_matrix/client/v3/rooms/!a/state'), 'getRoomState');
});

test('nothing is found for other methods, unknown paths, empty parameters and the shapes of 2015', () => {
  assert.equal(idOf('DELETE', '/_matrix/client/v3/sync'), undefined);
  assert.equal(idOf('GET', '/_matrix/client/v3/nothing'), undefined);
  assert.equal(idOf('GET', '/_matrix/client/v3/profile/'), undefined);
  assert.equal(idOf('POST', '/_matrix/client/api/v1/register'), undefined);
});
