import { authorize, checkAuthEvents } from '../../src/auth/authorize.ts';
import type { CitedEvent } from '../../src/auth/context.ts';
import { createEvent } from '../../src/events/build.ts';
import { parsePdu } from '../../src/events/format.ts';
import { hasValidContentHash } from '../../src/events/hash.ts';
import { parseJson } from '../../src/json/parse.ts';
import { encodeUtf8 } from '../../src/json/utf8.ts';
import { signingKeyFromSeed, verifyKeyOf } from '../../src/signing/keys.ts';
import { verifyEventSignatures } from '../../src/signing/sign-event.ts';
import { alice, event, member, signed, stateOf, version } from '../../src/testing/auth-state.ts';
import type { Bench } from './bench.ts';

const count = 2000;

export const messages: Bench = {
  name: 'a message from another server: parsed, verified, hashed, authorised three times',
  budgetUs: 150,
  prepare: () => {
    const rules = version('12');
    const key = signingKeyFromSeed(new Uint8Array(32).fill(7), 'ed25519:k');
    if (key === undefined) throw new Error('no key');
    const verifyKey = verifyKeyOf(key);
    const roomId = `!${'r'.repeat(43)}`;
    const cited: readonly CitedEvent[] = [
      { eventId: `$${'p'.repeat(43)}`, roomId, type: 'm.room.power_levels', stateKey: '', rejected: false },
      { eventId: `$${'m'.repeat(43)}`, roomId, type: 'm.room.member', stateKey: alice, rejected: false },
    ];
    const roomCreate = { eventId: `$${roomId.slice(1)}`, roomId, type: 'm.room.create', stateKey: '', rejected: false };
    const state = stateOf(rules, event('m.room.power_levels', alice, '', { users_default: 0 }), member(alice, 'join'));
    const bodies = Array.from({ length: count }, (_, at) => {
      const made = createEvent(
        {
          type: 'm.room.message',
          sender: alice,
          roomId,
          content: { msgtype: 'm.text', body: `${at}: ${'somebody says something. '.repeat(6)}` },
          prevEvents: [`$${'b'.repeat(43)}`],
          authEvents: cited.map(({ eventId }) => eventId),
          depth: 100 + at,
          originServerTs: 1_700_000_000_000 + at,
        },
        rules,
        'a.example',
        key,
      );
      if (!made.allowed) throw new Error(made.reason);
      return encodeUtf8(JSON.stringify(made.event.pdu));
    });
    const accept = (body: Uint8Array): boolean => {
      const json = parseJson(body);
      const parsed = json.ok ? parsePdu(json.value, rules) : undefined;
      if (parsed?.allowed !== true) return false;
      const { event: received, essential } = parsed;
      if (!verifyEventSignatures(received, rules, () => verifyKey, essential).allowed) return false;
      if (!hasValidContentHash(received.pdu, rules)) return false;
      if (!checkAuthEvents(received, rules, { authEvents: cited, roomCreate }).allowed) return false;
      // By its auth events, by the state before it, by the current state.
      return [1, 2, 3].every(() => authorize(received, rules, state, signed).allowed);
    };
    return {
      times: count,
      run: () => {
        if (!bodies.every(accept)) throw new Error('a good message was refused');
      },
    };
  },
};
