// `node packages/bench/src/profile-summary.ts FILE.cpuprofile`: where a server that ran with --cpu-prof spent its time.
import { readFileSync } from 'node:fs';

type Frame = { readonly functionName: string; readonly url: string; readonly lineNumber: number };
type ProfileNode = { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] };
type Profile = { readonly nodes: readonly ProfileNode[]; readonly samples: readonly number[]; readonly timeDeltas: readonly number[] };

/** Lines of each list. */
const listed = 45;

/** Time of each function itself, and with all that it calls, as shares of the busy time. */
export function summarise(profile: Profile): {
  readonly busyMs: number;
  readonly own: Map<string, number>;
  readonly whole: Map<string, number>;
} {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const selfUs = new Map<number, number>();
  for (const [index, id] of profile.samples.entries()) selfUs.set(id, (selfUs.get(id) ?? 0) + (profile.timeDeltas[index] ?? 0));
  const own = new Map<string, number>();
  const whole = new Map<string, number>();
  let busyUs = 0;
  for (const [id, us] of selfUs) {
    const name = nameOf(byId.get(id));
    if (name === '(idle)' || name === '(program)') continue;
    busyUs += us;
    own.set(name, (own.get(name) ?? 0) + us / 1000);
    const onStack = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) onStack.add(nameOf(byId.get(at)));
    for (const each of onStack) whole.set(each, (whole.get(each) ?? 0) + us / 1000);
  }
  return { busyMs: busyUs / 1000, own, whole };
}

function nameOf(node: ProfileNode | undefined): string {
  if (node === undefined) return '(unknown)';
  const { functionName, url, lineNumber } = node.callFrame;
  const file = url.replace(/^.*\/(?:packages|node_modules)\//, '');
  return url === '' ? functionName : `${functionName === '' ? '(anonymous)' : functionName} ${file}:${lineNumber + 1}`;
}

function list(title: string, times: ReadonlyMap<string, number>, busyMs: number): string {
  const rows = [...times].toSorted(([, a], [, b]) => b - a).slice(0, listed);
  return [title, ...rows.map(([name, ms]) => `${((ms / busyMs) * 100).toFixed(1).padStart(6)} %  ${name}`)].join('\n');
}

if (import.meta.main) {
  for (const file of process.argv.slice(2)) {
    const { busyMs, own, whole } = summarise(JSON.parse(readFileSync(file, 'utf8')) as Profile);
    console.log(`${file}: busy for ${Math.round(busyMs)} ms`);
    console.log(list('in the function itself', own, busyMs));
    console.log(list('with all that it calls', whole, busyMs));
  }
}
