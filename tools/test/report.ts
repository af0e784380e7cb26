import type { TestEvent } from './event-reporter.ts';
import type { FileResult } from './run-file.ts';

export type Totals = { passed: number; failed: number; skipped: number };

/** The line that every stage ends with and that the CI script adds up. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** A process that broke counts as one failed test, also when all of its tests had passed. */
export function countFile(totals: Totals, { events, trouble }: FileResult): void {
  for (const { kind } of events) {
    if (kind === 'pass') totals.passed++;
    if (kind === 'fail') totals.failed++;
    if (kind === 'skip') totals.skipped++;
  }
  if (trouble !== undefined) totals.failed++;
}

/** All tests of one file by name: what one wants to see of a run over a few files. */
export function fileInFull({ file, events, durationMs }: FileResult): string {
  const mark = { pass: '✔', fail: '✘', skip: '-', start: '' };
  const line = ({ kind, path, detail }: TestEvent): string => {
    return `  ${mark[kind]} ${path.join(' › ')}${kind === 'skip' && detail ? ` (skipped: ${detail})` : ''}`;
  };
  return [`${file} (${(durationMs / 1000).toFixed(1)} s)`, ...events.map(line)].join('\n');
}

/** One letter per file: what one wants to see of a run over many. */
export function fileAsLetter(result: FileResult): string {
  if (hasFailed(result)) return 'F';
  return result.events.every(({ kind }) => kind === 'skip') ? 's' : '.';
}

export function hasFailed({ events, trouble }: FileResult): boolean {
  return trouble !== undefined || events.some(({ kind }) => kind === 'fail');
}

/** Why a file failed: each failing test with its error, then what the process printed. */
export function failure({ file, events, trouble, output }: FileResult): string {
  const parts = [`✘ ${file}${trouble === undefined ? '' : ` ${trouble}`}`];
  for (const { kind, path, detail } of events) {
    if (kind === 'fail') parts.push(`  ✘ ${path.join(' › ')}`, indent(detail ?? '', '      '));
  }
  if (output.trim() !== '') parts.push('  it printed:', indent(output.trimEnd(), '      '));
  return parts.join('\n');
}

function indent(text: string, by: string): string {
  return text.replaceAll(/^/gm, by);
}
