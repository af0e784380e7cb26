import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import fc from 'fast-check';

import { jsonObject } from '../json/object.ts';
import { parseJsonText } from '../json/parse.ts';
import type { JsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { knownRoomVersions, roomVersionRules } from '../room-versions/table.ts';
import { essentialJson, referenceHash } from './hash.ts';
import { redact } from './redact.ts';

type Case = { readonly name: string; readonly versions: readonly string[]; readonly event: JsonObject; readonly redacted: JsonObject };
const file = parseJsonText(readFileSync(new URL('../../vectors/events/redaction.json', import.meta.url), 'utf8'));
const { cases } = (file.ok ? file.value : {}) as unknown as { readonly cases: readonly Case[] };

function version(name: string): RoomVersionRules {
  return roomVersionRules(name) as RoomVersionRules;
}

for (const { name, versions, event, redacted } of cases) {
  test(`redaction vector: ${name}`, () => {
    for (const rules of versions.map(version)) {
      const before = JSON.stringify(event);
      const result = redact(event, rules);
      assert.deepEqual(result, redacted, `version ${rules.version}`);
      assert.equal(JSON.stringify(event), before);
      // Redacting again takes nothing away, and hashes do not change.
      assert.deepEqual(redact(result, rules), result);
      assert.equal(essentialJson(result, rules), essentialJson(event, rules));
    }
  });
}

test('EA-11 a redacted create event keeps its id, and the room version is never read from it', () => {
  for (const rules of knownRoomVersions()) {
    const create: JsonObject = {
      type: 'm.room.create',
      state_key: '',
      sender: '@alice:a.example',
      content: { room_version: rules.version, creator: '@alice:a.example' },
      depth: 1,
      origin_server_ts: 1,
      prev_events: [],
      auth_events: [],
      hashes: { sha256: 'x' },
      signatures: {},
      ...(rules.roomIdIsCreateHash ? {} : { room_id: '!r:a.example' }),
    };
    const redacted = redact(create, rules);
    assert.equal(referenceHash(redacted, rules), referenceHash(create, rules));
    // Up to version 10 the version is gone from the redacted event: a server that read it there would fall back to version 1.
    const content = redacted['content'] as JsonObject;
    assert.equal(content['room_version'], rules.updatedRedactionLists ? rules.version : undefined);
    // The same event by the rules of the fallback has another hash, so a downgrade could not go unnoticed.
    if (rules.updatedRedactionLists) assert.notEqual(referenceHash(create, version('1')), referenceHash(create, rules));
  }
});

test('content of any other type becomes an empty object, whatever the event', () => {
  for (const rules of knownRoomVersions()) {
    for (const type of ['m.room.create', 'm.room.member', 'm.room.message']) {
      for (const content of [null, 'x', 5, true, ['membership'], 1n]) {
        assert.deepEqual(redact({ type, content }, rules), jsonObject({ type, content: jsonObject({}) }), `${type} ${rules.version}`);
      }
    }
  }
});

const types = fc.constantFrom(
  'm.room.member',
  'm.room.create',
  'm.room.join_rules',
  'm.room.power_levels',
  'm.room.aliases',
  'm.room.history_visibility',
  'm.room.redaction',
  'm.room.message',
  '__proto__',
);
const keys = fc.constantFrom(
  'membership',
  'creator',
  'join_rule',
  'allow',
  'users',
  'invite',
  'aliases',
  'history_visibility',
  'redacts',
  'third_party_invite',
  'signed',
  'body',
  '__proto__',
  'join_authorised_via_users_server',
);
const small = fc.oneof(
  fc.integer(),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constant(null),
  fc.dictionary(keys, fc.integer(), { maxKeys: 3 }),
);
const topKeys = fc.constantFrom(
  'event_id',
  'room_id',
  'sender',
  'state_key',
  'hashes',
  'signatures',
  'depth',
  'prev_events',
  'auth_events',
  'origin_server_ts',
  'origin',
  'membership',
  'prev_state',
  'unsigned',
  'redacts',
  'x',
);
const events = fc
  .record({ type: types, content: fc.dictionary(keys, small), rest: fc.dictionary(topKeys, small) })
  .map(({ type, content, rest }) => ({ ...rest, type, content }));

test('hashes and signed text are stable under redaction in every version', () => {
  fc.assert(
    fc.property(events, fc.constantFrom(...knownRoomVersions()), (event, rules) => {
      const redacted = redact(event, rules);
      assert.equal(referenceHash(redacted, rules), referenceHash(event, rules));
      assert.deepEqual(redact(redacted, rules), redacted);
      for (const key of Object.keys(redacted)) assert.ok(Object.hasOwn(event, key));
    }),
    { numRuns: 1000, seed: 20260110 },
  );
});

test('nothing that a redaction should remove survives it, wherever it stood', () => {
  const canary = 'canary-4711';
  for (const rules of knownRoomVersions()) {
    for (const type of ['m.room.message', 'm.room.member', 'm.room.name', 'm.room.redaction', 'm.room.power_levels', 'm.room.aliases.x']) {
      const event: JsonObject = {
        type,
        content: { body: canary, membershipx: canary, nested: { membership: canary } },
        [canary]: 1,
        unsigned: { a: canary },
        redactsx: canary,
      };
      assert.equal(JSON.stringify(redact(event, rules)).includes(canary), false, `${type} ${rules.version}`);
    }
  }
});
