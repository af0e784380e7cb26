type Named = { readonly method: string; readonly path: string };

/**
 * Finds the endpoint that a request is for: of several whose templates fit, the one with the most literal path. One slash at the
 * end more or less makes no difference, for the empty state key is written in both ways.
 */
export function endpointIndex<T extends Named>(endpoints: Iterable<T>): (method: string, path: string) => T | undefined {
  const byLength = Map.groupBy(endpoints, ({ method, path }) => keyOf(method, path));
  const find = (method: string, path: string): T | undefined => {
    const asked = path.split('/');
    const fitting = byLength.get(keyOf(method, path))?.filter((each) => fits(each.path.split('/'), asked)) ?? [];
    return fitting.sort((a, b) => parametersOf(a) - parametersOf(b))[0];
  };
  return (method, path) => find(method, path) ?? find(method, path.endsWith('/') ? path.slice(0, -1) : `${path}/`);
}

function keyOf(method: string, path: string): string {
  return `${method} ${path.split('/').length}`;
}

function fits(template: readonly string[], asked: readonly string[]): boolean {
  return template.every((part, at) => part === asked[at] || part.startsWith('{'));
}

function parametersOf({ path }: Named): number {
  return path.split('{').length;
}
