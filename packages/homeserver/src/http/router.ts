import type { Mounted } from './prefixes.ts';
import { parameterName, segmentsOf } from './segments.ts';

/**
 * Finds the route of a path. The paths form a tree of segments; a literal segment goes before a parameter, and where the literal
 * branch does not serve the method, the parameter's branch is tried: `DELETE /profile/{userId}/displayname` is found under
 * `{keyName}` although displayname itself has only GET and PUT.
 */
export type Router = {
  find(method: string, segments: readonly string[]): Found;
  readonly mounted: readonly Mounted[];
};

export type Found =
  | { readonly mounted: Mounted; readonly params: readonly string[] }
  /** The path is known, but not with this method. */
  | { readonly mounted: undefined; readonly allow: readonly string[] };

type Node = { readonly literals: Map<string, Node>; parameter: Node | undefined; readonly methods: Map<string, Mounted> };

/** Builds the tree. Two routes that claim the same method and path are a mistake that must not wait for a request. */
export function createRouter(mounted: readonly Mounted[]): Router {
  const root = emptyNode();
  for (const one of mounted) insert(root, one);
  return {
    find: (method, segments) => find(root, method, segments),
    mounted: [...collect(root)],
  };
}

function emptyNode(): Node {
  return { literals: new Map(), parameter: undefined, methods: new Map() };
}

function insert(root: Node, mounted: Mounted): void {
  const { template, route } = mounted;
  if (!template.startsWith('/')) throw new Error(`the path ${template} of ${route.operation} does not begin with a slash`);
  let node = root;
  for (const segment of segmentsOf(template)) {
    if (parameterName(segment) !== undefined) node = node.parameter ??= emptyNode();
    else {
      const next = node.literals.get(segment) ?? emptyNode();
      node.literals.set(segment, next);
      node = next;
    }
  }
  const there = node.methods.get(route.method);
  if (there !== undefined && there.explicit === mounted.explicit) {
    throw new Error(`${route.method} ${template} is claimed by both ${there.route.operation} and ${route.operation}`);
  }
  if (there === undefined || mounted.explicit) node.methods.set(route.method, mounted);
}

/** A HEAD is answered as its GET, without the body. */
function serving(node: Node, method: string): Mounted | undefined {
  return node.methods.get(method) ?? (method === 'HEAD' ? node.methods.get('GET') : undefined);
}

function find(root: Node, method: string, segments: readonly string[]): Found {
  const params: string[] = [];
  const mounted = walk(root, method, segments, 0, params);
  if (mounted !== undefined) return { mounted, params };
  const allow = new Set<string>();
  collectMethods(root, segments, 0, allow);
  if (allow.has('GET')) allow.add('HEAD');
  return { mounted: undefined, allow: [...allow].sort() };
}

/** Visits at most the tree's own nodes, whose depth is that of the longest template. */
function walk(node: Node, method: string, segments: readonly string[], index: number, params: string[]): Mounted | undefined {
  const segment = segments[index];
  if (segment === undefined) return serving(node, method);
  const literal = node.literals.get(segment);
  const found = literal === undefined ? undefined : walk(literal, method, segments, index + 1, params);
  if (found !== undefined || node.parameter === undefined || segment === '') return found;
  params.push(segment);
  const below = walk(node.parameter, method, segments, index + 1, params);
  if (below === undefined) params.pop();
  return below;
}

/** The methods that a path has, for the answer to those that it has not. */
function collectMethods(node: Node, segments: readonly string[], index: number, allow: Set<string>): void {
  const segment = segments[index];
  if (segment === undefined) {
    for (const method of node.methods.keys()) allow.add(method);
    return;
  }
  const literal = node.literals.get(segment);
  if (literal !== undefined) collectMethods(literal, segments, index + 1, allow);
  if (node.parameter !== undefined && segment !== '') collectMethods(node.parameter, segments, index + 1, allow);
}

function* collect(node: Node): Generator<Mounted> {
  yield* node.methods.values();
  for (const child of node.literals.values()) yield* collect(child);
  if (node.parameter !== undefined) yield* collect(node.parameter);
}
