import type { Options } from '../options.ts';
import { usageOf } from '../process-usage.ts';
import { type Clock, sleep } from '@hearth/kit';

export type IdleResult = { readonly rssMiB: number; readonly highestRssMiB: number; readonly cpu: number | undefined };

/** What a process needs that nobody asks for anything. */
export async function idle(options: Options, clock: Clock): Promise<IdleResult> {
  const pid = options.pid ?? 0;
  await sleep(clock, options.warmup * 1000);
  const first = usageOf(pid);
  let highest = first.rssMiB;
  for (let second = 0; second < options.seconds; second++) {
    await sleep(clock, 1000);
    highest = Math.max(highest, usageOf(pid).rssMiB);
  }
  const last = usageOf(pid);
  const used = (last.cpuSeconds ?? Number.NaN) - (first.cpuSeconds ?? Number.NaN);
  return { rssMiB: last.rssMiB, highestRssMiB: highest, cpu: used >= 0 ? used / options.seconds : undefined };
}
