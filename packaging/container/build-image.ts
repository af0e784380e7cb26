import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { userNumber, writeRootFiles } from './root-files.ts';

/** What the engine is told of the image, in the words of a Dockerfile. */
const instructions = [
  'ENTRYPOINT ["/usr/bin/node", "/opt/hearth/entry.ts"]',
  'ENV NODE_ENV=production',
  'WORKDIR /data',
  'VOLUME /data',
  'EXPOSE 8008 8448',
  `USER ${userNumber}:${userNumber}`,
];

/** Makes an image of the built workspace. Nothing is pulled: the engine imports one archive of files. */
export async function buildImage(engine: string, workspace: string, node: string, tag: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-image-'));
  try {
    writeRootFiles(folder, workspace, node);
    const tar = spawn('tar', ['--create', '--owner=0', '--group=0', '--numeric-owner', '--directory', folder, '.'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const changes = instructions.flatMap((line) => ['--change', line]);
    const imported = spawn(engine, ['import', ...changes, '-', tag], { stdio: ['pipe', 'ignore', 'inherit'] });
    const ended = Promise.all([once(tar, 'close'), once(imported, 'close')]);
    await pipeline(tar.stdout, imported.stdin);
    const failed = (await ended).find(([code]) => code !== 0);
    if (failed) throw new Error(`the image could not be made: tar or ${engine} ended with exit code ${String(failed[0])}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
