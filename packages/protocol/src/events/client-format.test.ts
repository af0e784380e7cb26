import assert from 'node:assert/strict';
import { test } from 'node:test';

import { jsonObject } from '../json/object.ts';
import type { JsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { knownRoomVersions, roomVersionRules } from '../room-versions/table.ts';
import {
  clientEventV1,
  clientEventV2Alpha,
  contentOf2015,
  powerLevelsWithCreators,
  powerLevelsWithoutCreators,
} from './client-format-2015.ts';
import { clientEvent, clientEventBase, spliceUnsigned, strippedState, strippedStateWithTime, withUnsigned } from './client-format.ts';
import type { Pdu, PduEvent } from './pdu.ts';

function event(more: Partial<PduEvent> = {}): PduEvent {
  return {
    eventId: '$e',
    roomId: '!r',
    type: 'm.room.message',
    sender: '@alice:a.example',
    stateKey: undefined,
    content: jsonObject({ body: 'x' }),
    depth: 5,
    originServerTs: 1000,
    prevEvents: ['$p'],
    authEvents: ['$a'],
    redacts: undefined,
    pdu: { secret: 1 } as unknown as Pdu,
    ...more,
  };
}

const v1 = roomVersionRules('1') as RoomVersionRules;
const v11 = roomVersionRules('11') as RoomVersionRules;
const v12 = roomVersionRules('12') as RoomVersionRules;

/** Plain copies, so that comparisons read like the JSON that goes out. */
function json(value: JsonObject): unknown {
  return JSON.parse(JSON.stringify(value));
}

test('a client sees the listed fields and nothing of the wire form', () => {
  const message = {
    type: 'm.room.message',
    room_id: '!r',
    sender: '@alice:a.example',
    content: { body: 'x' },
    origin_server_ts: 1000,
    event_id: '$e',
  };
  assert.deepEqual(json(clientEvent(event(), v12)), message);
  assert.deepEqual(json(clientEvent(event({ stateKey: '' }), v12)), { ...message, state_key: '' });
  const { room_id: _, ...withoutRoom } = message;
  assert.deepEqual(json(clientEvent(event(), v12, jsonObject({ age: 5 }), { withRoomId: false })), {
    ...withoutRoom,
    unsigned: { age: 5 },
  });
  assert.deepEqual(json(clientEvent(event(), v12, jsonObject({}))), message);
});

test('a redaction names its target at both places in every room version', () => {
  for (const rules of knownRoomVersions()) {
    const content = jsonObject(rules.redactsInContent ? { reason: 'r', redacts: '$x' } : { reason: 'r' });
    const form = clientEvent(event({ type: 'm.room.redaction', content, redacts: '$x' }), rules);
    assert.equal(form['redacts'], '$x');
    assert.deepEqual(json(form['content'] as JsonObject), { reason: 'r', redacts: '$x' });
    assert.equal(Object.hasOwn(content, 'redacts'), rules.redactsInContent);
    // New rooms have it there already: nothing is copied.
    assert.equal(form['content'] === content, rules.redactsInContent);
  }
});

test('in old rooms what a redaction says in content does not count', () => {
  const lying = event({ type: 'm.room.redaction', content: jsonObject({ redacts: '$other' }), redacts: '$x' });
  assert.equal((clientEvent(lying, v1)['content'] as JsonObject)['redacts'], '$x');
});

test('only redactions get a redacts key', () => {
  assert.equal(Object.hasOwn(clientEvent(event({ redacts: '$x' }), v1), 'redacts'), false);
  assert.equal(Object.hasOwn(clientEvent(event({ type: 'm.room.redaction' }), v1), 'redacts'), false);
});

test("the text of an event is made once and the reader's unsigned spliced in", () => {
  const base = clientEventBase(event({ stateKey: 'k' }), v12);
  const unsigned = jsonObject({ age: 5, transaction_id: 'm"1' });
  assert.equal(spliceUnsigned(JSON.stringify(base), JSON.stringify(unsigned)), JSON.stringify(withUnsigned(base, unsigned)));
  assert.equal(spliceUnsigned(JSON.stringify(base), '{}'), JSON.stringify(base));
  assert.equal(spliceUnsigned(JSON.stringify(base), undefined), JSON.stringify(base));
});

test('stripped state has four fields, and a fifth for spaces', () => {
  const name = event({ type: 'm.room.name', stateKey: '', content: jsonObject({ name: 'n' }) });
  const stripped = { type: 'm.room.name', state_key: '', sender: '@alice:a.example', content: { name: 'n' } };
  assert.deepEqual(json(strippedState(name)), stripped);
  assert.deepEqual(json(strippedStateWithTime(name)), { ...stripped, origin_server_ts: 1000 });
});

test('2015 v1: the sender is user_id too, and parts of unsigned stand at the top as well', () => {
  const unsigned = jsonObject({
    age: 5,
    prev_content: jsonObject({ a: 1 }),
    replaces_state: '$o',
    redacted_because: jsonObject({}),
    invite_room_state: [],
    knock_room_state: [],
    transaction_id: 't',
  });
  const form = json(clientEventV1(event({ type: 'm.room.topic', stateKey: '' }), v1, unsigned)) as JsonObject;
  assert.deepEqual(form, {
    type: 'm.room.topic',
    room_id: '!r',
    sender: '@alice:a.example',
    user_id: '@alice:a.example',
    content: { body: 'x' },
    state_key: '',
    origin_server_ts: 1000,
    event_id: '$e',
    unsigned: {
      age: 5,
      prev_content: { a: 1 },
      replaces_state: '$o',
      redacted_because: {},
      invite_room_state: [],
      knock_room_state: [],
      transaction_id: 't',
    },
    age: 5,
    prev_content: { a: 1 },
    replaces_state: '$o',
    redacted_because: {},
    invite_room_state: [],
    knock_room_state: [],
  });
  assert.equal(Object.hasOwn(clientEventV1(event(), v1, undefined), 'age'), false);
});

test('2015 v1: a member event shows its membership at the top', () => {
  const member = event({ type: 'm.room.member', stateKey: '@alice:a.example', content: jsonObject({ membership: 'join' }) });
  assert.equal(clientEventV1(member, v1, undefined)['membership'], 'join');
  assert.equal(Object.hasOwn(clientEventV2Alpha(member, v1, undefined), 'membership'), false);
  assert.equal(Object.hasOwn(clientEventV1(event({ content: jsonObject({ membership: 'join' }) }), v1, undefined), 'membership'), false);
  assert.equal(Object.hasOwn(clientEventV1(event({ type: 'm.room.member', content: jsonObject({}) }), v1, undefined), 'membership'), false);
});

test("2015 v2_alpha: today's event, without user_id", () => {
  assert.deepEqual(
    json(clientEventV2Alpha(event(), v1, jsonObject({ transaction_id: 't' }))),
    json(clientEvent(event(), v1, jsonObject({ transaction_id: 't' }))),
  );
});

test('2015: a create event names its creator in every room version', () => {
  for (const rules of knownRoomVersions()) {
    const content = jsonObject(rules.creatorIsSender ? {} : { creator: '@alice:a.example' });
    const form = clientEventV1(event({ type: 'm.room.create', stateKey: '', content }), rules, undefined);
    assert.equal((form['content'] as JsonObject)['creator'], '@alice:a.example');
  }
  assert.deepEqual(json(contentOf2015(event({ type: 'm.room.create', stateKey: 'x', content: jsonObject({}) }), v11, [])), {});
});

test('2015: redactions of new rooms name their target at the top', () => {
  const redaction = event({ type: 'm.room.redaction', content: jsonObject({ redacts: '$x' }), redacts: '$x' });
  assert.equal(clientEventV1(redaction, v12, undefined)['redacts'], '$x');
  assert.equal(clientEventV2Alpha(redaction, v12, undefined)['redacts'], '$x');
});

test('2015: power levels of version 12 show the creators at the highest level, other versions as they are', () => {
  const creators = ['@alice:a.example', '@co:b.example'];
  const levels = event({
    type: 'm.room.power_levels',
    stateKey: '',
    content: jsonObject({ ban: 50, users: jsonObject({ '@bob:b.example': 50 }) }),
  });
  assert.deepEqual(json(contentOf2015(levels, v12, creators)), {
    ban: 50,
    users: { '@bob:b.example': 50, '@alice:a.example': 100, '@co:b.example': 100 },
  });
  assert.equal(contentOf2015(levels, v11, creators), levels.content);
  assert.deepEqual((clientEventV1(levels, v12, undefined, creators)['content'] as JsonObject)['ban'], 50);
  for (const content of [
    { ban: 150 },
    { users: { '@x:y': 150 } },
    { events: { 'm.room.tombstone': 150 } },
    { notifications: { room: 150 } },
    { state_default: 150, users: 'x' },
  ]) {
    assert.equal((powerLevelsWithCreators(jsonObject(content as JsonObject), creators)['users'] as JsonObject)['@alice:a.example'], 150);
  }
});

test('2015: power levels that such a client sends back lose the creators again', () => {
  const creators = ['@alice:a.example', '@co:b.example'];
  const original = jsonObject({ ban: 50, users: jsonObject({ '@bob:b.example': 50, ['__proto__']: 7 }) });
  assert.deepEqual(powerLevelsWithoutCreators(powerLevelsWithCreators(original, creators), creators), original);
  assert.deepEqual(json(powerLevelsWithoutCreators(jsonObject({ users: 'x' }), creators)), { users: 'x' });
  assert.deepEqual(json(powerLevelsWithoutCreators(jsonObject({ ban: 1 }), creators)), { ban: 1 });
});
