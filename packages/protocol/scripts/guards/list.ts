import type { Guard } from './guard.ts';
import { serverGuards } from './server-list.ts';

export const guards: readonly Guard[] = [
  {
    id: 'EA-11', // a redacted create event took the room back to version 1
    file: 'protocol/src/events/redact.ts',
    line: "if (type === 'm.room.create' && rules.updatedRedactionLists) return content;",
    instead: '',
    tests: 'protocol/src/events/redact.test.ts',
  },
  {
    id: 'EA-12', // authorised by events of another room
    file: 'protocol/src/auth/auth-events.ts',
    line: 'c.cited.some((e) => e.roomId !== c.event.roomId)',
    instead: 'false',
    tests: 'protocol/src/auth/authorize.test.ts',
  },
  {
    id: 'EA-13', // one rule that others do not have, or the other way round
    file: 'protocol/src/auth/general.ts',
    line: "membershipOf(c, c.event.sender) !== 'join'",
    instead: 'false',
    tests: 'protocol/src/auth/auth-vectors.test.ts',
  },
  {
    id: 'EA-16', // rejected events that came back into the state
    file: 'protocol/src/state/iterative-auth.ts',
    line: 'fact.event.stateKey !== undefined && !fact.rejected',
    instead: 'fact.event.stateKey !== undefined',
    tests: 'protocol/src/state/hostile-facts.test.ts',
  },
  {
    id: 'EA-17', // a second create event
    file: 'protocol/src/auth/authorize.ts',
    line: "if (isSecondCreate(context)) return reject('1', 'the room already has another create event');",
    instead: '',
    tests: 'protocol/src/auth/authorize.test.ts',
  },
  {
    id: 'EA-20', // judged by the rules of another version
    file: 'protocol/src/auth/create.ts',
    line: "(claimed === undefined ? '1' : claimed) !== c.rules.version",
    instead: 'false',
    tests: 'protocol/src/auth/authorize.test.ts',
  },
  {
    id: 'EA-21', // a restricted join without the signature of who let the user in
    file: 'protocol/src/auth/member.ts',
    line: 'server === undefined || !c.signatures.signedBy(server)',
    instead: 'server === undefined',
    tests: 'protocol/src/auth/restricted-join.test.ts',
  },
  {
    id: 'EA-27', // creators without power
    file: 'protocol/src/auth/power.ts',
    line: 'if (create !== undefined && rules.privilegedCreators && isCreator(rules, create, userId)) return Infinity;',
    instead: '',
    tests: 'protocol/src/state/hostile-facts.test.ts',
  },
  {
    id: 'EA-27', // creators that power levels name
    file: 'protocol/src/auth/power-levels.ts',
    line: 'Object.keys(users).some((id) => isCreator(c.rules, create, id))',
    instead: 'false',
    tests: 'protocol/src/auth/authorize.test.ts',
  },
  {
    id: 'MD-01', // a depth that nobody else accepts
    file: 'protocol/src/events/format.ts',
    line: 'serialisationRefusal(json, rules) ?? ',
    instead: '',
    tests: 'protocol/src/events/format.test.ts',
  },
  {
    id: 'MD-02', // the largest depth, and one more
    file: 'protocol/src/events/build.ts',
    line: 'Math.min(deepest + 1, depthMax)',
    instead: 'deepest + 1',
    tests: 'protocol/src/events/build.test.ts',
  },
  {
    id: 'MD-08', // graphs that are looked at again and again
    file: 'protocol/src/state/known.ts',
    line: '!this.#events.has(n) && !this.#missing.has(n)',
    instead: 'true',
    tests: 'protocol/src/state/work.test.ts',
  },
  {
    id: 'MD-10', // globs that try everything
    file: 'protocol/src/glob-piece.ts',
    line: 'while (matched > 0 && codes[i] !== wanted[matched]) matched = fallback[matched - 1] ?? 0;',
    instead: 'if (matched > 0 && codes[i] !== wanted[matched]) { i -= matched; matched = 0; continue; }',
    tests: 'protocol/src/glob-steps.test.ts',
  },
  {
    id: 'MD-11', // circles
    file: 'protocol/src/state/known.ts',
    line: 'if (auth.rank < event.rank) return;',
    instead: 'return;',
    tests: 'protocol/src/state/hostile-facts.test.ts',
  },
  {
    id: 'MD-16', // thousands of references
    file: 'protocol/src/events/references.ts',
    line: 'if (list.length > max) ',
    instead: 'if (false) ',
    tests: 'protocol/src/events/format.test.ts',
  },
  {
    id: 'MD-17', // references that are no strings
    file: 'protocol/src/ids/event-id.ts',
    line: "typeof text !== 'string' || text.length < 2 || !text.startsWith('$')",
    instead: "text.length < 2 || !text.startsWith('$')",
    tests: 'protocol/src/events/format.test.ts',
  },
  {
    id: 'EA-15', // rooms without power levels, where everybody could do everything
    file: 'protocol/src/auth/power.ts',
    line: 'return founder ? 100 : 0;',
    instead: 'return 100;',
    tests: 'protocol/src/auth/no-power-levels.test.ts',
  },
  {
    id: 'EA-15', // the same, seen by a client of the server
    file: 'protocol/src/auth/power.ts',
    line: 'return founder ? 100 : 0;',
    instead: 'return 100;',
    tests: 'homeserver/tests/engine/no-power-levels.test.ts',
  },
  {
    id: 'EA-19', // keys that the world knows
    file: 'protocol/src/signing/weak-keys.ts',
    line: 'return knownBad.has(publicKey);',
    instead: 'return false;',
    tests: 'protocol/src/signing/keys.test.ts',
  },
  {
    id: 'EA-19', // a key that others on the machine may read
    file: 'homeserver/src/signing-key-file.ts',
    line: 'await chmod(draft, 0o600);',
    instead: 'await chmod(draft, 0o644);',
    tests: 'homeserver/src/signing-key-file.test.ts',
  },
  {
    id: 'MD-03', // numbers that each parser reads in its own way
    file: 'protocol/src/json/quick-parse.ts',
    line: 'walk.floats ? Number.isFinite(value) : Number.isSafeInteger(value) && !Object.is(value, -0)',
    instead: 'true',
    tests: 'protocol/src/json/parse.test.ts',
  },
  {
    id: 'MD-15', // texts that PostgreSQL cannot hold
    file: 'storage/src/storable.ts',
    line: "!value.includes('\\0') && value.isWellFormed()",
    instead: 'true',
    tests: 'storage/src/write.test.ts',
  },
  {
    id: 'N-01', // keys that mean something to the language
    file: 'protocol/src/json/quick-parse.ts',
    line: 'Object.setPrototypeOf(object, null);',
    instead: '',
    tests: 'protocol/src/json/parse.test.ts',
  },
  {
    id: 'N-02', // fractions and numbers beyond 2^53
    file: 'protocol/src/json/quick-parse.ts',
    line: 'walk.floats ? Number.isFinite(value) : Number.isSafeInteger(value) && !Object.is(value, -0)',
    instead: 'true',
    tests: 'protocol/src/json/parse.test.ts',
  },
  {
    id: 'N-03', // nesting that uses up the stack
    file: 'protocol/src/json/quick-parse.ts',
    line: 'if (depth > depthMax) return undefined;',
    instead: '',
    tests: 'protocol/src/json/parse.test.ts',
  },
  {
    id: 'N-04', // keys in the order of UTF-16
    file: 'protocol/src/json/canonical.ts',
    line: 'return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;',
    instead: 'return unit;',
    tests: 'protocol/src/json/canonical.test.ts',
  },
  {
    id: 'N-05', // half of a surrogate pair
    file: 'protocol/src/json/quick-parse.ts',
    line: 'if (text.charCodeAt(index) === 0x75 && (text.charCodeAt(index + 1) | 0x20) === 0x64) surrogateEscapes = true;',
    instead: '',
    tests: 'protocol/src/json/parse.test.ts',
  },
  {
    id: 'N-11', // heads without end
    file: 'kit/src/listener/listener.ts',
    line: 'maxHeaderSize: limits.headBytesMax',
    instead: 'maxHeaderSize: 1_000_000',
    tests: 'kit/src/listener/listener.test.ts',
  },
  {
    id: 'N-11', // bodies without end
    file: 'homeserver/src/http/read-body.ts',
    line: 'const pauseMsMax = 30_000;',
    instead: 'const pauseMsMax = 3_000_000;',
    tests: 'homeserver/src/http/read-body.test.ts',
  },
  ...serverGuards,
];
