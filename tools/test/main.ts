// `npm test -- [--name=PATTERN] [part of a path …]`: every test file in its own process, a few at a time.
// `npm test -- --write-evidence`: all of them, and what the server answered is kept for docs/coverage.md.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { findEngine } from '../../packaging/container/engine.ts';
import { findChromium } from './chromium.ts';
import { discover, type Stage } from './discover.ts';
import { startEvidence } from './evidence.ts';
import { countFile, failure, fileAsLetter, fileInFull, hasFailed, totalsLine, type Totals } from './report.ts';
import { type FileResult, runFile, type RunOptions } from './run-file.ts';
import { startSharedPostgres } from './shared-postgres.ts';

/** Tests start servers of their own: more than a few at once make each other's time limits run out. */
const filesAtOnce = Math.min(4, availableParallelism());

/** Up to this many files are listed test by test. */
const listedFilesMax = 8;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { stage: { type: 'string', default: 'unit' }, name: { type: 'string' }, 'write-evidence': { type: 'boolean', default: false } },
});
process.exitCode = await main(values.stage as Stage, positionals, values.name);

async function main(stage: Stage, filters: readonly string[], namePattern: string | undefined): Promise<number> {
  const files = discover(stage, filters);
  if (files.length === 0) return nothingToRun(stage, filters);
  const missing = whatIsMissing(stage);
  if (missing !== undefined) {
    console.log(`test:${stage}: skipped, ${missing}\n${totalsLine({ passed: 0, failed: 0, skipped: 1 })}`);
    return 0;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

  const postgres = await startSharedPostgres(files);
  // Only all tests together show what the server can answer.
  const evidence = values['write-evidence'] && stage === 'unit' && filters.length === 0 ? startEvidence() : undefined;
  try {
    const results = await runAll(files, { namePattern, preload: evidence?.preload, signal: stopping.signal });
    const problem = stopping.signal.aborted ? undefined : evidence?.judge({ write: values['write-evidence'] });
    return summarize(results, stopping.signal.aborted, problem);
  } finally {
    evidence?.remove();
    await postgres?.stop();
  }
}

/** What a stage needs that npm does not bring and this machine does not have. */
function whatIsMissing(stage: Stage): string | undefined {
  if (stage === 'browser' && !findChromium()) return 'no Chromium here (set CHROMIUM=/path)';
  if (stage === 'container' && !findEngine()) return 'no container engine answers here (install docker or podman, and start it)';
  return undefined;
}

async function runAll(files: readonly string[], options: RunOptions & { readonly signal: AbortSignal }): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const waiting = [...files];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined && !options.signal.aborted; file = waiting.shift()) {
      const result = await runFile(file, options);
      results.push(result);
      if (files.length <= listedFilesMax) console.log(fileInFull(result));
      else process.stdout.write(fileAsLetter(result) + (results.length % 100 === 0 ? '\n' : ''));
    }
  };
  await Promise.all(Array.from({ length: filesAtOnce }, worker));
  if (files.length > listedFilesMax) process.stdout.write('\n');
  return results;
}

function summarize(results: readonly FileResult[], aborted: boolean, evidenceProblem: string | undefined): number {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  for (const result of results) {
    countFile(totals, result);
    if (hasFailed(result)) console.log(`\n${failure(result)}`);
  }
  if (evidenceProblem !== undefined) {
    totals.failed += 1;
    console.log(`\n✘ the answers of the server\n${evidenceProblem}`);
  }
  if (aborted) console.log('\nstopped before the end');
  console.log(`\n${totalsLine(totals)}`);
  return aborted ? 130 : totals.failed === 0 ? 0 : 1;
}

function nothingToRun(stage: Stage, filters: readonly string[]): number {
  if (filters.length > 0) console.error(`no test file's path contains ${filters.map((filter) => `"${filter}"`).join(' or ')}`);
  else console.error(`hearth: "test:${stage}" is not built yet`);
  return 2;
}
