// What somebody else's program does with the published package; run by published.test.ts where nothing else of ours is.
import * as protocol from '@hearth/protocol';

const key = protocol.signingKeyFromSeed(new Uint8Array(32).fill(7), 'ed25519:1');
const rules = protocol.roomVersionRules('12');
const fields = { sender: '@a:example.org', prevEvents: [], authEvents: [], depth: 1, originServerTs: 1_700_000_000_000 };
const create = protocol.createEvent(
  { ...fields, type: 'm.room.create', stateKey: '', content: { room_version: '12' } },
  rules,
  'example.org',
  key,
);
const parsed = protocol.parseJson(new TextEncoder().encode(JSON.stringify(create.event.pdu)));
const received = protocol.parsePdu(parsed.value, rules);
const signed = protocol.verifyEventSignatures(received.event, rules, () => protocol.verifyKeyOf(key), received.essential);
const signatures = { signedBy: () => true, verifySigned: protocol.isSignedWith };
const authorised = protocol.authorize(received.event, rules, () => undefined, signatures);
const steps = protocol.resolve({ rules, create: 0, sets: [], unconflicted: [], verifySigned: protocol.isSignedWith });

process.stdout.write(
  JSON.stringify({
    sameId: received.event.eventId === create.event.eventId,
    signed: signed.allowed,
    hashed: protocol.hasValidContentHash(received.event.pdu, rules),
    authorised: authorised.allowed,
    resolved: steps.next().done,
    glob: protocol.compileGlob('m.room.*').matches(received.event.type),
  }),
);
