/** A line that stands between a known attack and us. The ids are those that the names of tests carry. */
export type Guard = {
  readonly id: string;
  readonly file: string;
  readonly line: string;
  /** What stands there while the guard is disabled. */
  readonly instead: string;
  readonly tests: string;
};

export const guards: readonly Guard[] = [
  {
    id: 'EA-11', // a redacted create event took the room back to version 1
    file: 'events/redact.ts',
    line: "if (type === 'm.room.create' && rules.updatedRedactionLists) return content;",
    instead: '',
    tests: 'events/redact.test.ts',
  },
  {
    id: 'EA-12', // authorised by events of another room
    file: 'auth/auth-events.ts',
    line: 'c.cited.some((e) => e.roomId !== c.event.roomId)',
    instead: 'false',
    tests: 'auth/authorize.test.ts',
  },
  {
    id: 'EA-13', // one rule that others do not have, or the other way round
    file: 'auth/general.ts',
    line: "membershipOf(c, c.event.sender) !== 'join'",
    instead: 'false',
    tests: 'auth/auth-vectors.test.ts',
  },
  {
    id: 'EA-16', // rejected events that came back into the state
    file: 'state/iterative-auth.ts',
    line: 'fact.event.stateKey !== undefined && !fact.rejected',
    instead: 'fact.event.stateKey !== undefined',
    tests: 'state/hostile-facts.test.ts',
  },
  {
    id: 'EA-17', // a second create event
    file: 'auth/authorize.ts',
    line: "if (isSecondCreate(context)) return reject('1', 'the room already has another create event');",
    instead: '',
    tests: 'auth/authorize.test.ts',
  },
  {
    id: 'EA-20', // judged by the rules of another version
    file: 'auth/create.ts',
    line: "(claimed === undefined ? '1' : claimed) !== c.rules.version",
    instead: 'false',
    tests: 'auth/authorize.test.ts',
  },
  {
    id: 'EA-21', // a restricted join without the signature of who let the user in
    file: 'auth/member.ts',
    line: 'server === undefined || !c.signatures.signedBy(server)',
    instead: 'server === undefined',
    tests: 'auth/restricted-join.test.ts',
  },
  {
    id: 'EA-27', // creators without power
    file: 'auth/power.ts',
    line: 'if (create !== undefined && rules.privilegedCreators && isCreator(rules, create, userId)) return Infinity;',
    instead: '',
    tests: 'state/hostile-facts.test.ts',
  },
  {
    id: 'EA-27', // creators that power levels name
    file: 'auth/power-levels.ts',
    line: 'Object.keys(users).some((id) => isCreator(c.rules, create, id))',
    instead: 'false',
    tests: 'auth/authorize.test.ts',
  },
  {
    id: 'MD-01', // a depth that nobody else accepts
    file: 'events/format.ts',
    line: 'serialisationRefusal(json, rules) ?? ',
    instead: '',
    tests: 'events/format.test.ts',
  },
  {
    id: 'MD-02', // the largest depth, and one more
    file: 'events/build.ts',
    line: 'Math.min(deepest + 1, depthMax)',
    instead: 'deepest + 1',
    tests: 'events/build.test.ts',
  },
  {
    id: 'MD-08', // graphs that are looked at again and again
    file: 'state/known.ts',
    line: '!this.#events.has(n) && !this.#missing.has(n)',
    instead: 'true',
    tests: 'state/work.test.ts',
  },
  {
    id: 'MD-10', // globs that try everything
    file: 'glob-piece.ts',
    line: 'while (matched > 0 && codes[i] !== wanted[matched]) matched = fallback[matched - 1] ?? 0;',
    instead: 'if (matched > 0 && codes[i] !== wanted[matched]) { i -= matched; matched = 0; continue; }',
    tests: 'glob-steps.test.ts',
  },
  {
    id: 'MD-11', // circles
    file: 'state/known.ts',
    line: 'if (auth.rank < event.rank) return;',
    instead: 'return;',
    tests: 'state/hostile-facts.test.ts',
  },
  {
    id: 'MD-16', // thousands of references
    file: 'events/references.ts',
    line: 'if (list.length > max) ',
    instead: 'if (false) ',
    tests: 'events/format.test.ts',
  },
  {
    id: 'MD-17', // references that are no strings
    file: 'ids/event-id.ts',
    line: "typeof text !== 'string' || text.length < 2 || !text.startsWith('$')",
    instead: "text.length < 2 || !text.startsWith('$')",
    tests: 'events/format.test.ts',
  },
];
