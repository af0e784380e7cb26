/**
 * Writes packages/testkit/spec/generated/ from the Matrix specification as data.
 *
 *     node packages/testkit/scripts/generate-spec.ts [folder]
 *
 * The folder holds api/, event-schemas/, schemas/ and the endpoint lists; by default it is
 * ../shared/spec seen from the root of the repository.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { generateSpecification } from '../src/spec/generate/generate.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = resolve(process.argv[2] ?? join(root, '../shared/spec'));
const target = join(import.meta.dirname, '../spec/generated');

const files = generateSpecification({
  read: (path) => readFileSync(join(folder, path), 'utf8'),
  list: listFiles,
});
mkdirSync(target, { recursive: true });
for (const [name, text] of files) {
  writeFileSync(join(target, name), text);
  console.log(`${name}: ${text.length} characters`);
}

function listFiles(path: string): string[] {
  try {
    const entries = readdirSync(join(folder, path), { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch (error) {
    // Not every API has definitions of its own.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
