import type { LoopResult } from './closed-loop.ts';
import type { Percentiles } from './histogram.ts';
import type { IdleResult } from './scenarios/idle.ts';
import type { InitialSyncResult } from './scenarios/initial-sync.ts';
import type { DeliveryResult } from './scenarios/send-to-delivery.ts';
import type { WakeResult } from './scenarios/wake.ts';

export type Row = readonly [what: string, value: string];

export function loopRows(result: LoopResult): Row[] {
  return [
    ['a second', number(result.perSecond)],
    ['answered right', number(result.right)],
    ...wrongRows(result),
    ['until answered', percentiles(result.latencyMs)],
    ...(result.perServerCpuSecond === undefined ? [] : [['per second of server processor', number(result.perServerCpuSecond)] as const]),
    ...memoryRow(result.serverRssMiB),
    ['generator', cpu(result.generatorCpu)],
  ];
}

export function deliveryRows(result: DeliveryResult): Row[] {
  return [
    ['users waiting', number(result.waiting)],
    ['messages sent, acknowledged', `${number(result.sent)}, ${number(result.acknowledged)}`],
    ['deliveries', `${number(result.deliveries)}, missing ${result.missing}, doubled ${result.doubled}`],
    ['deliveries a second', number(result.deliveriesPerSecond)],
    ...wrongRows(result),
    ['until acknowledged', percentiles(result.acknowledgeMs)],
    ['until delivered', percentiles(result.deliveryMs)],
    ...(result.serverCpu === undefined ? [] : [['server', cpu(result.serverCpu)] as const]),
    ...memoryRow(result.serverRssMiB),
    ['generator', cpu(result.generatorCpu)],
  ];
}

export function initialSyncRows(result: InitialSyncResult): Row[] {
  return [
    ['rooms', number(result.rooms)],
    ['bytes', number(result.bytes)],
    ['until the last byte', inTurn(result.ms)],
    ...(result.serverCpuMs === undefined ? [] : [['server processor for each', `${number(result.serverCpuMs)} ms`] as const]),
  ];
}

export function wakeRows(result: WakeResult): Row[] {
  return [
    ['users waiting', number(result.waiting)],
    ...wrongRows(result),
    ['until acknowledged', inTurn(result.acknowledgedMs)],
    ['until the last has it', inTurn(result.lastMs)],
  ];
}

export function idleRows(result: IdleResult): Row[] {
  return [
    ['memory', `${result.rssMiB.toFixed(1)} MiB resident, at most ${result.highestRssMiB.toFixed(1)}`],
    ...(result.cpu === undefined ? [] : [['processor', cpu(result.cpu)] as const]),
  ];
}

/** Two columns under a title. */
export function table(title: string, rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([what]) => what.length));
  return [title, ...rows.map(([what, value]) => `  ${what.padEnd(width)}  ${value}`)].join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function wrongRows({ wrong, firstWrong }: { readonly wrong: number; readonly firstWrong: string | undefined }): Row[] {
  return wrong === 0 ? [] : [['ANSWERED WRONG', `${wrong}, the first: ${firstWrong}`]];
}

function memoryRow(rssMiB: number | undefined): Row[] {
  return rssMiB === undefined ? [] : [['server memory', `${rssMiB.toFixed(0)} MiB`]];
}

function percentiles({ p50, p90, p99, max }: Percentiles): string {
  return `p50 ${p50.toFixed(1)}  p90 ${p90.toFixed(1)}  p99 ${p99.toFixed(1)}  max ${max.toFixed(1)} ms`;
}

function inTurn(ms: readonly number[]): string {
  return `median ${median(ms).toFixed(1)} ms (in turn: ${ms.map((each) => each.toFixed(0)).join(', ')})`;
}

function cpu(share: number): string {
  return `${(share * 100).toFixed(0)} % of one processor`;
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
