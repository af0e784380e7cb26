import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What the tests were answered, noted while they run and judged when all of them did. */
export type EvidenceRun = {
  /** For the processes of the tests. */
  readonly preload: string;
  /** What is wrong with the evidence, for people; undefined when nothing is. */
  readonly judge: (options: { write: boolean }) => string | undefined;
  readonly remove: () => void;
};

const inTestkit = (path: string): string => fileURLToPath(new URL(`../../packages/testkit/${path}`, import.meta.url));

export function startEvidence(): EvidenceRun {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-evidence-'));
  const preload = pathToFileURL(inTestkit('scripts/record-answers.ts'));
  preload.searchParams.set('folder', folder);
  return {
    preload: preload.href,
    judge: ({ write }) => {
      const script = inTestkit('scripts/judge-evidence.ts');
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--conditions=source', script, folder, ...(write ? ['--write'] : [])],
        { encoding: 'utf8' },
      );
      return status === 0 ? undefined : stdout + stderr;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
