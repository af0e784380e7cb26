import { allOperations } from './specification.ts';
import type { Specification } from './specification.ts';
import type { Operation } from './types.ts';

export type FoundOperation = {
  readonly operation: Operation;
  /** Values from the path, percent-decoded. */
  readonly parameters: Readonly<Record<string, string>>;
};

/**
 * Prefixes whose answers have the shape of the current one. `api/v1` of 2015 is not among them: its
 * register, login, initialSync and others answer in a shape of their own.
 */
const SAME_SHAPE: readonly (readonly [old: string, current: string])[] = [
  ['/_matrix/client/r0/', '/_matrix/client/v3/'],
  ['/_matrix/client/v2_alpha/', '/_matrix/client/v3/'],
  ['/_matrix/media/r0/', '/_matrix/media/v3/'],
  ['/_matrix/media/v1/', '/_matrix/media/v3/'],
  ['/_matrix/client/unstable/org.matrix.msc3916/media/', '/_matrix/client/v1/media/'],
  ['/_matrix/client/unstable/org.matrix.msc2965/', '/_matrix/client/v1/'],
  ['/_matrix/client/unstable/org.matrix.msc4151/', '/_matrix/client/v3/'],
];

/** Makes of sending an event the scheduling of one, which no operation of the specification is (MSC4140). */
const delayParameter = 'org.matrix.msc4140.delay';

/** The operation that a concrete path (with or without query) calls; undefined when none is specified. */
export function findOperation(spec: Specification, method: string, path: string): FoundOperation | undefined {
  return findOperations(spec, method, path)[0];
}

/**
 * All operations that a path can mean. Two paths are described twice in the specification (an invite by
 * user id or by third-party id, /events with or without a room); of others the most literal match counts.
 */
export function findOperations(spec: Specification, method: string, path: string): readonly FoundOperation[] {
  const [bare = '', query = ''] = path.split('?');
  // Its answer is another's: the event is not sent yet, so it has no id.
  if (query.includes(`${delayParameter}=`)) return [];
  for (const candidate of [bare, ...aliasesOf(bare)]) {
    const found = matching(spec, method.toUpperCase(), candidate);
    if (found.length > 0) return found;
  }
  return [];
}

function aliasesOf(path: string): string[] {
  return SAME_SHAPE.flatMap(([old, current]) => (path.startsWith(old) ? [current + path.slice(old.length)] : []));
}

function matching(spec: Specification, method: string, path: string): readonly FoundOperation[] {
  const segments = path.split('/');
  let best: FoundOperation[] = [];
  let fewest = Number.POSITIVE_INFINITY;
  for (const operation of allOperations(spec)) {
    const parameters = operation.method === method ? matchTemplate(operation.path, segments) : undefined;
    if (parameters === undefined) continue;
    const count = Object.keys(parameters).length;
    if (count < fewest) best = [];
    if (count <= fewest) best.push({ operation, parameters });
    fewest = Math.min(fewest, count);
  }
  return best;
}

function matchTemplate(template: string, segments: readonly string[]): Record<string, string> | undefined {
  const expected = template.split('/');
  // An empty last parameter may come without its slash: /state/m.room.name is the empty state key.
  const optionalTail = template.endsWith('/{stateKey}') ? 1 : 0;
  if (segments.length !== expected.length && segments.length !== expected.length - optionalTail) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = segments[index] ?? '';
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (part !== value) return undefined;
    } else {
      if (value === '' && name !== 'stateKey') return undefined;
      parameters[name] = decoded(value);
    }
  }
  return parameters;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // Not valid percent-encoding: the path still names its operation.
  }
}
