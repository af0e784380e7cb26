import assert from 'node:assert/strict';
import { test } from 'node:test';

import { specification } from '../spec/specification.ts';
import { hostileRequests, type RouteToTry } from './hostile-requests.ts';
import { hostileJson, hostileQueryTexts, hostileTexts } from './values.ts';

const sound = { roomId: '!room:hearth.test', user_id: '@bob:hearth.test', password: 'secret' };
const all = (route: RouteToTry) => [...hostileRequests(route, specification(), sound)];
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

test('every parameter and every field, the route’s own and the specification’s, gets every value while all else is sound', () => {
  const requests = all({
    method: 'POST',
    path: '/_matrix/client/v3/rooms/{roomId}/kick',
    operation: 'kick',
    query: { type: 'object', properties: { limit: { type: 'integer' } } },
    body: { type: 'object', properties: { own: { type: 'object', properties: { deep: { type: 'string' } } } } },
  });
  const about = (start: string) => requests.filter(({ what }) => what.startsWith(start));
  assert.equal(about('{roomId} is').length, hostileTexts.length);
  assert.equal(about('?limit= is').length, hostileQueryTexts.length + 1);
  for (const field of ['/own', '/own/deep', '/user_id', '/reason']) assert.equal(about(`${field} is`).length, hostileJson.length, field);
  for (const { target, body } of [...about('/own is'), ...about('/reason is')]) {
    assert.equal(target, '/_matrix/client/v3/rooms/!room%3Ahearth.test/kick?');
    assert.match(text(body), /"user_id":"@bob:hearth\.test"/);
  }
  assert.equal(text(about('/own/deep is 1e400')[0]?.body), '{"user_id":"@bob:hearth.test","own":{"deep":1e400}}');
  assert.equal(text(about('?limit= is -1')[0]?.body), '{"user_id":"@bob:hearth.test"}');
});

test('the bodies of forms are forms', () => {
  const body = { type: 'object', properties: { token: { type: 'string' }, password: { type: 'string' } }, required: ['token', 'password'] };
  const requests = all({ method: 'POST', path: '/setup', operation: 'finishSetup', body, bodyFormat: 'form' });
  assert.equal(text(requests.find(({ what }) => what === '/token is %FF')?.body), 'token=%FF&password=secret');
});

test('long polls are not asked to last, and the same requests come in the same order', () => {
  const route = { method: 'GET', path: '/_matrix/client/v3/sync', operation: 'sync' };
  for (const { target } of all(route)) assert.doesNotMatch(target, /timeout=\d*[1-9]\d*(&|$)/);
  assert.deepEqual(all(route), all(route));
});
