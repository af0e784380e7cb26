import assert from 'node:assert/strict';
import { test } from 'node:test';

import { responseValidator } from './validator.ts';

const validator = responseValidator();
const WHOAMI = '/_matrix/client/v3/account/whoami';
const REGISTER = '/_matrix/client/v3/register';

test('a body as specified has no problems, with further fields too', () => {
  const body = { user_id: '@a:example.org', 'org.example.more': 1 };
  assert.deepEqual(validator.validate('GET', WHOAMI, 200, body), []);
});

test('a missing field and a wrong type are told with their place', () => {
  assert.deepEqual(validator.validate('GET', WHOAMI, 200, { device_id: 5 }), [
    { pointer: '', message: "must have required property 'user_id'" },
    { pointer: '/device_id', message: 'must be string, got 5' },
  ]);
});

test('identifiers are checked by their grammar', () => {
  for (const userId of ['a:example.org', '@a', '@a:', '@a:bad server', `@${'a'.repeat(255)}:example.org`]) {
    assert.notDeepEqual(validator.validate('GET', WHOAMI, 200, { user_id: userId }), [], userId);
  }
  for (const userId of ['@a:example.org:8448', '@a:[::1]:8448', '@Ü:127.0.0.1']) {
    assert.deepEqual(validator.validate('GET', WHOAMI, 200, { user_id: userId }), [], userId);
  }
});

test('shared definitions are followed into the depth of a sync', () => {
  const event = { type: 'm.room.name', content: {}, sender: '@a:example.org', event_id: '$e', state_key: '' };
  const body = { next_batch: 's1', rooms: { join: { '!r:example.org': { state: { events: [event] } } } } };
  assert.deepEqual(validator.validate('GET', '/_matrix/client/v3/sync?since=s0', 200, body), [
    {
      pointer: '/rooms/join/!r:example.org/state/events/0',
      message: "must have required property 'origin_server_ts'",
    },
  ]);
});

test('an unknown operation gives undefined, not an empty list', () => {
  assert.equal(validator.validate('GET', '/_matrix/client/v3/nothing', 200, {}), undefined);
  assert.equal(validator.validateRequest('GET', '/_matrix/client/v3/nothing', {}), undefined);
  assert.equal(validator.validateContent('org.example.unknown', {}), undefined);
});

test('an unspecified success is a problem', () => {
  assert.deepEqual(validator.validate('GET', WHOAMI, 201, { user_id: '@a:example.org' }), [
    { pointer: '', message: 'status 201 is not specified for getTokenOwner' },
  ]);
});

test('any error may have the standard body and must have at least that', () => {
  const error = { errcode: 'M_UNKNOWN_TOKEN', error: 'who?' };
  assert.deepEqual(validator.validate('GET', WHOAMI, 418, error), []);
  assert.notDeepEqual(validator.validate('GET', WHOAMI, 418, { error: 'who?' }), []);
  assert.notDeepEqual(validator.validate('GET', WHOAMI, 418, { errcode: 'oops', error: 'who?' }), []);
});

test('a 401 is either the interactive form or a standard error', () => {
  assert.deepEqual(validator.validate('POST', REGISTER, 401, { flows: [{ stages: ['m.login.dummy'] }] }), []);
  assert.deepEqual(validator.validate('POST', REGISTER, 401, { errcode: 'M_UNAUTHORIZED', error: 'no' }), []);
  assert.notDeepEqual(validator.validate('POST', REGISTER, 401, { flows: [{}] }), []);
});

test('request bodies, event contents and definitions are checked too', () => {
  const path = '/_matrix/client/v3/createRoom';
  assert.deepEqual(validator.validateRequest('POST', path, { preset: 'public_chat' }), []);
  assert.equal(validator.validateRequest('POST', path, { preset: 'no_such' })?.[0]?.pointer, '/preset');
  assert.deepEqual(validator.validateContent('m.room.member', { membership: 'join' }), []);
  assert.equal(validator.validateContent('m.room.member', { membership: 'gone' })?.[0]?.pointer, '/membership');
  const image = { msgtype: 'm.image', body: 'x', url: 'https://example.org/x' };
  assert.equal(validator.validateContent('m.room.message', image)?.length, 0);
  assert.notEqual(validator.validateContent('m.room.message', image, 'm.image')?.length, 0);
  assert.notDeepEqual(validator.validateDefinition('server-server', 'server-server.pdu_v12', {}), []);
  assert.throws(() => validator.validateDefinition('server-server', 'no.such', {}), /no definition/);
});

test('where a path is described twice, following one description is enough', () => {
  const path = '/_matrix/client/v3/rooms/!r:example.org/invite';
  assert.deepEqual(validator.validateRequest('POST', path, { user_id: '@a:example.org' }), []);
  const byAddress = { id_server: 'i', id_access_token: 't', medium: 'email', address: 'a@example.org' };
  assert.deepEqual(validator.validateRequest('POST', path, byAddress), []);
  assert.notDeepEqual(validator.validateRequest('POST', path, {}), []);
});
