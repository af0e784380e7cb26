import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { withKey } from '../json/object.ts';
import { parseJsonText } from '../json/parse.ts';
import type { JsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { roomVersionRules } from '../room-versions/table.ts';
import { parsePdu } from './format.ts';
import { contentHash, createEventIdOf, eventIdOf, hasValidContentHash, referenceHash, roomIdOfCreate } from './hash.ts';
import { redactEvent } from './pdu-event.ts';

type Case = {
  readonly name: string;
  readonly room_version: string;
  readonly event: JsonObject;
  readonly content_hash: string;
  readonly reference_hash: string;
  readonly event_id: string;
  readonly room_id: string;
};
const file = parseJsonText(readFileSync(new URL('../../vectors/events/hashes.json', import.meta.url), 'utf8'));
const { cases } = (file.ok ? file.value : {}) as unknown as { readonly cases: readonly Case[] };

for (const { name, room_version, event, content_hash, reference_hash, event_id, room_id } of cases) {
  test(`hash vector: ${name}`, () => {
    const rules = roomVersionRules(room_version) as RoomVersionRules;
    assert.equal(contentHash(event, rules), content_hash);
    assert.equal(referenceHash(event, rules), reference_hash);
    assert.equal(eventIdOf(event, rules), event_id);
    const parsed = parsePdu(event, rules);
    assert.ok(parsed.allowed);
    assert.equal(parsed.event.eventId, event_id);
    assert.equal(parsed.event.roomId, room_id);
    assert.equal(hasValidContentHash(event, rules), true);

    const redacted = redactEvent(parsed.event, rules);
    const again = parsePdu(redacted.pdu, rules);
    assert.ok(again.allowed);
    assert.deepEqual(again.event, redacted);
    assert.equal(redacted.eventId, event_id);
    assert.equal(redacted.roomId, room_id);
  });
}

const rules = roomVersionRules('12') as RoomVersionRules;
const message = cases.find(({ name }) => name === 'a message of version 12')?.event as JsonObject;

test('a content hash covers everything but hashes, signatures and unsigned', () => {
  for (const key of ['unsigned', 'signatures']) assert.equal(hasValidContentHash(withKey(message, key, {}), rules), true);
  for (const key of ['content', 'depth', 'sender', 'new_key', 'event_id'])
    assert.equal(hasValidContentHash(withKey(message, key, {}), rules), false, key);
});

test('a content hash is compared as bytes, with or without padding, and anything else is no match', () => {
  const stated = (sha256: unknown): JsonObject => withKey(message, 'hashes', { sha256 } as JsonObject);
  const right = contentHash(message, rules);
  assert.equal(hasValidContentHash(stated(`${right}=`), rules), true);
  for (const wrong of ['', right.slice(1), `A${right.slice(1)}`, `${right}AAAA`, '!', 5, null, { a: 1 }])
    assert.equal(hasValidContentHash(stated(wrong), rules), false);
  assert.equal(hasValidContentHash(withKey(message, 'hashes', 'x'), rules), false);
});

test('room ids and create events name each other', () => {
  assert.equal(roomIdOfCreate('$abc'), '!abc');
  assert.equal(createEventIdOf('!abc'), '$abc');
});
