import { existsSync } from 'node:fs';
import { chmod, link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { ConfigError, digits, letters, type Random } from '@hearth/kit';
import { type SigningKey, signingKeyFromSeed } from '@hearth/protocol';

/**
 * The server's signing key: one line `ed25519 <version> <seed in base64>`, the form that other servers use too, readable by
 * the owner only. It is made at the first start from the operating system's randomness; without it the server is nobody.
 */
export async function loadSigningKey(file: string, random: Random): Promise<SigningKey> {
  if (!existsSync(file)) await create(file, random);
  const text = (await readFile(file, 'utf8')).trim();
  const [algorithm, version, seed = ''] = text.split(/\s+/);
  const key = algorithm === 'ed25519' ? signingKeyFromSeed(Buffer.from(seed, 'base64'), `ed25519:${version ?? ''}`) : undefined;
  if (!key) {
    const message = `it holds no usable signing key. Expected one line: ed25519 <version> <32 bytes in base64>, and no key that is public knowledge`;
    throw new ConfigError([{ where: file, message }]);
  }
  return key;
}

async function create(file: string, random: Random): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const version = `a_${random.text(6, letters + digits)}`;
  const seed = random.bytes(32).toString('base64').replace(/=+$/, '');
  // Written aside and put in place whole: a crash in between leaves no half key behind. Of several that start at once one makes the
  // key of all: a link, unlike a renamed file, takes no other's place.
  const draft = `${file}.${random.text(6, letters + digits)}.new`;
  await writeFile(draft, `ed25519 ${version} ${seed}\n`, { mode: 0o600, flush: true });
  await chmod(draft, 0o600);
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
}
