import assert from 'node:assert/strict';
import { test } from 'node:test';

import { canonicalJson } from '../json/canonical.ts';
import { jsonObject } from '../json/object.ts';
import { parseJsonText } from '../json/parse.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { knownRoomVersions, roomVersionRules } from '../room-versions/table.ts';
import { signingKeyFromSeed, verifyKeyOf } from '../signing/keys.ts';
import type { SigningKey } from '../signing/keys.ts';
import { verifyEventSignatures } from '../signing/sign-event.ts';
import type { EventFields } from './build.ts';
import { buildEvent, createEvent, nextDepth } from './build.ts';
import { parsePdu } from './format.ts';
import { canonicalNumbersOf, createEventIdOf, hasValidContentHash } from './hash.ts';

const key = signingKeyFromSeed(new Uint8Array(32).fill(9), 'ed25519:a_1') as SigningKey;
const keyOf = () => verifyKeyOf(key);

/** Ids and hashes of the form that each room version has. */
function cited(rules: RoomVersionRules): { readonly id: string; readonly hashes: ReadonlyMap<string, string> } {
  const hash = 'A'.repeat(43);
  const id = rules.eventIdFormat === 'given' ? '$before:a.example' : `$${hash}`;
  return { id, hashes: new Map([[id, hash]]) };
}

function message(rules: RoomVersionRules, more: Partial<EventFields> = {}): EventFields {
  const { id, hashes } = cited(rules);
  return {
    type: 'm.room.message',
    sender: '@alice:a.example',
    roomId: rules.roomIdIsCreateHash ? `!${'B'.repeat(43)}` : '!room:a.example',
    content: jsonObject({ body: 'hello', msgtype: 'm.text' }),
    prevEvents: [id],
    authEvents: [id],
    depth: 5,
    originServerTs: 1_700_000_000_000,
    ...(rules.eventIdFormat === 'given' ? { eventId: '$new:a.example', referenceHashes: hashes } : {}),
    ...more,
  };
}

for (const rules of knownRoomVersions()) {
  test(`version ${rules.version}: an event of ours passes the door of others, with valid hash and signature`, () => {
    const created = createEvent(message(rules), rules, 'a.example', key);
    assert.ok(created.allowed);
    const wire = parseJsonText(canonicalJson(created.event.pdu), { numbers: 'canonical' });
    assert.ok(wire.ok);
    const received = parsePdu(wire.value, rules);
    assert.ok(received.allowed);
    assert.deepEqual(received.event, created.event);
    assert.equal(received.essential, created.essential);
    assert.equal(hasValidContentHash(received.event.pdu, rules), true);
    assert.deepEqual(verifyEventSignatures(received.event, rules, keyOf), { allowed: true });
  });

  test(`version ${rules.version}: a create event names its room`, () => {
    const fields: EventFields = {
      ...message(rules),
      type: 'm.room.create',
      stateKey: '',
      content: jsonObject({ room_version: rules.version }),
      prevEvents: [],
      authEvents: [],
      depth: 1,
    };
    const created = createEvent(fields, rules, 'a.example', key);
    assert.ok(created.allowed);
    assert.equal(Object.hasOwn(created.event.pdu, 'room_id'), !rules.roomIdIsCreateHash);
    if (rules.roomIdIsCreateHash) assert.equal(createEventIdOf(created.event.roomId), created.event.eventId);
    else assert.equal(created.event.roomId, '!room:a.example');
  });

  test(`version ${rules.version}: a redaction names its target where the version wants it`, () => {
    const { id } = cited(rules);
    const created = createEvent(
      message(rules, { type: 'm.room.redaction', content: jsonObject({ reason: 'spam' }), redacts: id }),
      rules,
      'a.example',
      key,
    );
    assert.ok(created.allowed);
    assert.equal(created.event.redacts, id);
    assert.equal(created.event.pdu['redacts'], rules.redactsInContent ? undefined : id);
    assert.equal(created.event.content['redacts'], rules.redactsInContent ? id : undefined);
  });

  test(`version ${rules.version}: numbers are those of its canonical JSON`, () => {
    assert.equal(canonicalNumbersOf(rules), Number(rules.version) >= 6 ? 'canonical' : 'legacy');
  });
}

const v12 = roomVersionRules('12') as RoomVersionRules;
const v1 = roomVersionRules('1') as RoomVersionRules;

test('an event in the name of a user of another server is refused and not signed', () => {
  for (const sender of ['@alice:b.example', '@alice:a.example:1', '@alice', 'a.example', '@alice:A.example']) {
    const created = createEvent(message(v12, { sender }), v12, 'a.example', key);
    assert.equal(created.allowed, false);
    assert.equal(!created.allowed && created.rule, 'build.sender');
  }
});

test('content without a canonical form is refused and not signed', () => {
  const created = createEvent(message(v12, { content: jsonObject({ weight: 1.5 }) }), v12, 'a.example', key);
  assert.equal(!created.allowed && created.rule, 'format.canonical');
});

test('what does not fit the format is refused although it is ours', () => {
  const created = createEvent(message(v12, { content: jsonObject({ body: 'x'.repeat(65_536) }) }), v12, 'a.example', key);
  assert.equal(!created.allowed && created.rule, 'format.size');
});

test('versions 1 and 2 need the reference hash of every cited event', () => {
  const fields = message(v1, { referenceHashes: new Map() });
  const built = buildEvent(fields, v1);
  assert.equal(!built.allowed && built.rule, 'build.reference_hashes');
});

test('nothing but the listed fields gets into an event', () => {
  const fields = { ...message(v12), unsigned: { age: 1 }, origin: 'a.example', hashes: { sha256: 'x' }, signatures: { 'a.example': {} } };
  const built = buildEvent(fields, v12);
  assert.ok(built.allowed);
  assert.deepEqual(Object.keys(built.event).sort(), [
    'auth_events',
    'content',
    'depth',
    'origin_server_ts',
    'prev_events',
    'room_id',
    'sender',
    'type',
  ]);
});

test('MD-02 after an event of the largest depth the next events stay at the limit and can be sent', () => {
  const limit = Number.MAX_SAFE_INTEGER;
  assert.equal(nextDepth([]), 1);
  assert.equal(nextDepth([3, 7, 5]), 8);
  let depth = limit;
  for (let round = 0; round < 100; round += 1) {
    depth = nextDepth([depth, 4]);
    assert.equal(depth, limit);
    const created = createEvent(message(v12, { depth }), v12, 'a.example', key);
    assert.ok(created.allowed);
    assert.ok(parseJsonText(canonicalJson(created.event.pdu)).ok);
  }
  const beyond = createEvent(message(v12, { depth: 2 ** 60 }), v12, 'a.example', key);
  assert.equal(beyond.allowed && beyond.event.depth, limit);
});
