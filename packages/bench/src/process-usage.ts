import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export type Usage = {
  /** Processor time, user and system, of all its threads. Undefined where the system has no /proc. */
  readonly cpuSeconds: number | undefined;
  readonly rssMiB: number;
};

/** The unit of /proc/PID/stat on every Linux that Node runs on. */
const ticksPerSecond = 100;

export function usageOf(pid: number): Usage {
  if (process.platform !== 'linux')
    return { cpuSeconds: undefined, rssMiB: Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)])) / 1024 };
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rssKiB = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN);
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, rssMiB: rssKiB / 1024 };
}
