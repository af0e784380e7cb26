import assert from 'node:assert/strict';
import { test } from 'node:test';

import { alice, bob, event, member, stateOf, version } from '../testing/auth-state.ts';
import { authorize } from './authorize.ts';

const prior = ['none', 'invite', 'join', 'ban'] as const;
const signers = ['the right server', 'another server', 'nobody is named'] as const;

for (const name of ['8', '9', '10', '11', '12']) {
  const rules = version(name);
  for (const rule of name === '8' || name === '9' ? ['restricted'] : ['restricted', 'knock_restricted']) {
    for (const membership of prior) {
      for (const signer of signers) {
        // Whoever names an authoriser needs the signature of their server; who is invited or joined need name nobody.
        const named = signer !== 'nobody is named';
        const isWelcome = membership === 'invite' || membership === 'join';
        const expected = membership !== 'ban' && (named ? signer === 'the right server' : isWelcome);
        test(`EA-21: version ${name}, ${rule}, before: ${membership}, signed by: ${signer} is ${expected ? 'allowed' : 'refused'}`, () => {
          const via = named ? { join_authorised_via_users_server: alice } : {};
          const before = membership === 'none' ? [] : [member(bob, membership, alice)];
          const levels = event('m.room.power_levels', alice, '', { users: name === '12' ? {} : { [alice]: 100 }, invite: 50 });
          const rulesEvent = event('m.room.join_rules', alice, '', { join_rule: rule, allow: [] });
          const signed = signer === 'the right server' ? 'a.example' : 'c.example';
          const facts = { signedBy: (server: string) => server === signed || server === 'b.example', verifySigned: () => false };
          const verdict = authorize(member(bob, 'join', bob, via), rules, stateOf(rules, levels, rulesEvent, ...before), facts);
          assert.equal(verdict.allowed, expected);
        });
      }
    }
  }
}
