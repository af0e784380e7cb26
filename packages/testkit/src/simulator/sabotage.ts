/** A bug that is planted into the sources as they are loaded, to see whether the simulator finds it. */
export type Sabotage = {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Seeds, counted from 1, within which it must be found. */
  readonly within: number;
};

const pipeline = 'homeserver/src/engine/receive/pipeline.ts';

export const sabotages: Readonly<Record<string, Sabotage>> = {
  'signatures-unchecked': { file: pipeline, find: '[roomId, contentHash, signatures]', replace: '[roomId, contentHash]', within: 100 },
  'hash-unchecked': { file: pipeline, find: '[roomId, contentHash, signatures]', replace: '[roomId, signatures]', within: 100 },
  'auth-events-unchecked': {
    file: pipeline,
    find: 'authEventsKnown, citedAuthEvents, byAuthEvents]',
    replace: 'authEventsKnown, byAuthEvents]',
    within: 300,
  },
  'state-before-unchecked': { file: pipeline, find: '[byStateBefore, byCurrentState]', replace: '[byCurrentState]', within: 300 },
  'current-state-unchecked': { file: pipeline, find: '[byStateBefore, byCurrentState]', replace: '[byStateBefore]', within: 100 },
  'incomplete-rejected': {
    file: 'homeserver/src/engine/receive/prev-events-known.ts',
    find: "return { verdict: 'incomplete', missing: { authEvents: [], prevEvents: [...new Set(missing)] } };",
    replace: "return rejected(reject('missing', [...missing].join()));",
    within: 20,
  },
  'rejected-into-state': {
    file: 'homeserver/src/engine/draft.ts',
    find: "stateKey !== undefined && verdict !== 'rejected'",
    replace: 'stateKey !== undefined',
    within: 300,
  },
  'resolution-by-arrival': {
    file: 'protocol/src/state/power-order.ts',
    find: '  if (a.event.originServerTs !== b.event.originServerTs) return a.event.originServerTs < b.event.originServerTs;\n',
    replace: '  if (a.number !== b.number) return a.number < b.number;\n',
    within: 300,
  },
  'resolution-unauthorised': {
    file: 'protocol/src/state/iterative-auth.ts',
    find: '    if (!authorize(fact.event, input.rules, lookup, signatures).allowed) continue;\n',
    replace: '    if (!authorize(fact.event, input.rules, lookup, signatures).allowed && fact.number % 2 === 0) continue;\n',
    within: 300,
  },
  'resolution-forgets-shared': {
    file: 'homeserver/src/engine/resolve-states.ts',
    find: 'if (before.get(key) !== after.get(key))',
    replace: 'if (before.get(key) !== after.get(key) && after.has(key))',
    within: 300,
  },
  'end-lost': { file: 'homeserver/src/engine/extremities.ts', find: '  return beside;', replace: '  return beside.slice(1);', within: 50 },
  'end-kept': {
    file: 'homeserver/src/engine/extremities.ts',
    find: 'extremities.filter(({ eventId }) => !event.prevEvents.includes(eventId))',
    replace: 'extremities.filter(({ eventId }, index) => index > 0 || !event.prevEvents.includes(eventId))',
    within: 50,
  },
  'members-of-one-branch': {
    file: 'homeserver/src/engine/draft.ts',
    find: 'isNext ? await this.#ownChange(record, before) : await this.#changesSince(old)',
    replace: 'await this.#ownChange(record, before)',
    within: 300,
  },
  'redaction-not-carried-out': {
    file: 'homeserver/src/engine/receive/commit-arrival.ts',
    find: "  if (record.verdict === 'accepted') await carryOutRedaction(record, arrival.event.redacts, site);\n",
    replace: '',
    within: 100,
  },
};
