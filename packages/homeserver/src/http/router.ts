import type { Mounted } from './prefixes.ts';

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

/** The segments of a path; a final slash makes no difference. */
export function segmentsOf(path: string): string[] {
  const segments = path.slice(1).split('/');
  if (segments.at(-1) === '') segments.pop();
  return segments;
}

/** Whether a segment of a template stands for any text, and its name. */
export function parameterName(segment: string): string | undefined {
  return segment.startsWith('{') && segment.endsWith('}') ? segment.slice(1, -1) : undefined;
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
  const allow = new Set<string>();
  // Visits at most the tree's own nodes, whose depth is that of the longest template.
  const walk = (node: Node, index: number): Mounted | undefined => {
    const segment = segments[index];
    if (segment === undefined) {
      for (const known of node.methods.keys()) allow.add(known);
      return serving(node, method);
    }
    const literal = node.literals.get(segment);
    const found = literal === undefined ? undefined : walk(literal, index + 1);
    if (found !== undefined || node.parameter === undefined || segment === '') return found;
    params.push(segment);
    const below = walk(node.parameter, index + 1);
    if (below === undefined) params.pop();
    return below;
  };
  const mounted = walk(root, 0);
  if (mounted !== undefined) return { mounted, params };
  if (allow.has('GET')) allow.add('HEAD');
  return { mounted: undefined, allow: [...allow].sort() };
}

function* collect(node: Node): Generator<Mounted> {
  yield* node.methods.values();
  for (const child of node.literals.values()) yield* collect(child);
  if (node.parameter !== undefined) yield* collect(node.parameter);
}
