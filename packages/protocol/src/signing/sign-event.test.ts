import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { EventFields } from '../events/build.ts';
import { createEvent } from '../events/build.ts';
import { parsePdu } from '../events/format.ts';
import { redactEvent } from '../events/pdu-event.ts';
import type { PduEvent } from '../events/pdu.ts';
import { jsonObject, withKey } from '../json/object.ts';
import type { JsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { knownRoomVersions, roomVersionRules } from '../room-versions/table.ts';
import type { SigningKey, VerifyKey } from './keys.ts';
import { signingKeyFromSeed, verifyKeyOf } from './keys.ts';
import { addEventSignature, authorisingServer, isEventSignedBy, requiredSigners, verifyEventSignatures } from './sign-event.ts';
import { signJson } from './sign-json.ts';
import { isSignedWith } from './verify-signed.ts';

const servers = ['a.example', 'b.example', 'c.example'];
const keys = new Map(
  servers.map((server, index) => [server, signingKeyFromSeed(new Uint8Array(32).fill(index + 1), 'ed25519:k') as SigningKey]),
);
const verifyKeys = new Map([...keys].map(([server, key]) => [server, verifyKeyOf(key)]));
const keyOf = (server: string): VerifyKey | undefined => verifyKeys.get(server);

function keyFor(server: string): SigningKey {
  return keys.get(server) as SigningKey;
}

function event(rules: RoomVersionRules, more: Partial<EventFields> = {}): PduEvent {
  const fields: EventFields = {
    type: 'm.room.message',
    sender: '@alice:a.example',
    roomId: rules.roomIdIsCreateHash ? `!${'B'.repeat(43)}` : '!room:a.example',
    content: jsonObject({ body: 'hello' }),
    prevEvents: [],
    authEvents: [],
    depth: 5,
    originServerTs: 1_700_000_000_000,
    ...(rules.eventIdFormat === 'given' ? { eventId: '$new:a.example', referenceHashes: new Map() } : {}),
    ...more,
  };
  const created = createEvent(fields, rules, 'a.example', keyFor('a.example'));
  assert.ok(created.allowed);
  return created.event;
}

function withPdu(original: PduEvent, pdu: JsonObject, rules: RoomVersionRules): PduEvent {
  const parsed = parsePdu(pdu, rules);
  assert.ok(parsed.allowed);
  return rules.eventIdFormat === 'given' ? parsed.event : { ...parsed.event, eventId: original.eventId };
}

for (const rules of knownRoomVersions()) {
  test(`version ${rules.version}: a signature holds for the full and the redacted event and for nothing else`, () => {
    const original = event(rules);
    assert.deepEqual(verifyEventSignatures(original, rules, keyOf), { allowed: true });
    assert.deepEqual(verifyEventSignatures(redactEvent(original, rules), rules, keyOf), { allowed: true });
    // Content is covered by the hash, not by the signature.
    assert.equal(
      verifyEventSignatures(withPdu(original, withKey(original.pdu, 'content', { body: 'changed' }), rules), rules, keyOf).allowed,
      true,
    );
    for (const [key, value] of [
      ['depth', 6],
      ['type', 'm.room.name'],
      ['origin_server_ts', 1],
      ['state_key', ''],
      ['hashes', { sha256: 'x' }],
      ['prev_events', rules.eventIdFormat === 'given' ? [['$x:y.example', {}]] : ['$x']],
    ] as const) {
      assert.equal(
        verifyEventSignatures(withPdu(original, withKey(original.pdu, key, value as never), rules), rules, keyOf).allowed,
        false,
        key,
      );
    }
    assert.equal(
      verifyEventSignatures(withPdu(original, withKey(original.pdu, 'sender', '@alice:b.example'), rules), rules, keyOf).allowed,
      false,
    );
    assert.equal(verifyEventSignatures(withPdu(original, withKey(original.pdu, 'signatures', {}), rules), rules, keyOf).allowed, false);
    assert.equal(verifyEventSignatures(original, rules, () => undefined).allowed, false);
  });

  test(`version ${rules.version}: the sender's server must sign${rules.eventIdFormat === 'given' ? ', and the server in the event id' : ''}`, () => {
    const given = rules.eventIdFormat === 'given';
    assert.deepEqual(requiredSigners(event(rules), rules), ['a.example']);
    const foreign = event(rules, given ? { eventId: '$new:b.example' } : {});
    assert.deepEqual(requiredSigners(foreign, rules), given ? ['a.example', 'b.example'] : ['a.example']);
    assert.equal(verifyEventSignatures(foreign, rules, keyOf).allowed, !given);
    const signed = withPdu(foreign, addEventSignature(foreign.pdu, rules, 'b.example', keyFor('b.example')), rules);
    assert.equal(verifyEventSignatures(signed, rules, keyOf).allowed, true);
  });

  test(`version ${rules.version}: an invite by third party may come from another server`, () => {
    const invite = (content: JsonObject): PduEvent => event(rules, { type: 'm.room.member', stateKey: '@bob:b.example', content });
    const needed = rules.eventIdFormat === 'given' ? ['a.example'] : [];
    assert.deepEqual(requiredSigners(invite(jsonObject({ membership: 'invite', third_party_invite: jsonObject({}) })), rules), needed);
    for (const content of [
      { membership: 'invite' },
      { membership: 'join', third_party_invite: {} },
      { membership: 'invite', third_party_invite: 'x' },
    ]) {
      assert.deepEqual(requiredSigners(invite(jsonObject(content)), rules), ['a.example']);
    }
    assert.deepEqual(
      requiredSigners(event(rules, { content: jsonObject({ membership: 'invite', third_party_invite: jsonObject({}) }) }), rules),
      ['a.example'],
    );
  });

  test(`EA-21 version ${rules.version}: the server that let a user in is named by restricted joins only`, () => {
    const member = (content: JsonObject): string | undefined =>
      authorisingServer(event(rules, { type: 'm.room.member', stateKey: '@alice:a.example', content }), rules);
    assert.equal(
      member(jsonObject({ membership: 'join', join_authorised_via_users_server: '@bob:b.example' })),
      rules.restrictedJoin ? 'b.example' : undefined,
    );
    assert.equal(member(jsonObject({ membership: 'leave', join_authorised_via_users_server: '@bob:b.example' })), undefined);
    assert.equal(member(jsonObject({ membership: 'join' })), undefined);
    assert.equal(member(jsonObject({ membership: 'join', join_authorised_via_users_server: 5 })), undefined);
    assert.equal(
      authorisingServer(
        event(rules, { content: jsonObject({ membership: 'join', join_authorised_via_users_server: '@bob:b.example' }) }),
        rules,
      ),
      undefined,
    );
  });
}

const v12 = roomVersionRules('12') as RoomVersionRules;

test('a second server adds its signature and takes none away', () => {
  const original = event(v12);
  const both = addEventSignature(original.pdu, v12, 'b.example', keyFor('b.example'));
  const parsed = parsePdu(both, v12);
  assert.ok(parsed.allowed);
  assert.equal(parsed.event.eventId, original.eventId);
  assert.equal(isEventSignedBy(parsed.event, v12, 'a.example', keyOf), true);
  assert.equal(isEventSignedBy(parsed.event, v12, 'b.example', keyOf, parsed.essential), true);
  assert.equal(isEventSignedBy(original, v12, 'b.example', keyOf), false);
  assert.equal(isEventSignedBy(parsed.event, v12, 'c.example', keyOf), false);
});

test('the signed part of an invite is checked with the key that the room names', () => {
  const signed = signJson(jsonObject({ mxid: '@bob:b.example', token: 't' }), 'id.example', keyFor('c.example'));
  const signature = (signed as { signatures: { 'id.example': { 'ed25519:k': string } } }).signatures['id.example']['ed25519:k'];
  assert.equal(isSignedWith(signed, keyFor('c.example').publicKey, signature), true);
  assert.equal(isSignedWith(withKey(signed, 'mxid', '@eve:b.example'), keyFor('c.example').publicKey, signature), false);
  assert.equal(isSignedWith(signed, keyFor('a.example').publicKey, signature), false);
  assert.equal(isSignedWith(signed, 'not a key', signature), false);
  assert.equal(isSignedWith(signed, keyFor('c.example').publicKey, 'not a signature'), false);
  assert.equal(isSignedWith(withKey(signed, 'f', 1.5), keyFor('c.example').publicKey, signature), false);
});

const contents = fc.dictionary(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.oneof(fc.integer(), fc.string({ unit: 'binary', maxLength: 10 }), fc.constant(null)),
  { maxKeys: 5 },
);

test('sign and verify: what one server signs, another verifies, in every version, and any changed bit is noticed', () => {
  fc.assert(
    fc.property(fc.constantFrom(...knownRoomVersions()), contents, fc.integer({ min: 0, max: 85 }), (rules, content, at) => {
      const original = event(rules, { content: jsonObject(content) });
      assert.equal(verifyEventSignatures(original, rules, keyOf).allowed, true);
      const signatures = original.pdu.signatures as { 'a.example': { 'ed25519:k': string } };
      const text = signatures['a.example']['ed25519:k'];
      const other = `${text.slice(0, at)}${text[at] === 'Q' ? 'g' : 'Q'}${text.slice(at + 1)}`;
      const changed = withKey(original.pdu, 'signatures', { 'a.example': { 'ed25519:k': other } });
      assert.equal(verifyEventSignatures(withPdu(original, changed, rules), rules, keyOf).allowed, false);
    }),
    { numRuns: 1000, seed: 20260112 },
  );
});
