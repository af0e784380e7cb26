import { X509Certificate, createPrivateKey } from 'node:crypto';
import { watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Clock } from '../clock.ts';
import { ConfigError } from '../config/problem.ts';

/** A certificate (PEM, with its chain) and its private key. */
export type Certificate = { readonly cert: Buffer; readonly key: Buffer };
export type CertificateFiles = { readonly cert: string; readonly key: string };

/** Reads both files and checks that they belong together. */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readOf(files.cert), readOf(files.key)]);
  const certificate = understood(files.cert, 'certificate', () => new X509Certificate(cert));
  const privateKey = understood(files.key, 'private key', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw new ConfigError([{ where: files.key, message: `it is not the private key of ${files.cert}` }]);
  return { cert, key };
}

async function readOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'this user may not read it' : String(error);
    throw new ConfigError([{ where: file, message: why }]);
  }
}

/** OpenSSL's own words for a file that it cannot read help nobody. */
function understood<T>(file: string, what: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new ConfigError([{ where: file, message: `it holds no ${what} in PEM form` }]);
  }
}

/** How often the files are looked at, where the system does not tell of changes (network drives, some containers). */
const lookEveryMs = 30_000;
/** Renewal tools write two files one after the other; both should be there. */
const settleMs = 500;

/**
 * Calls `use` with the certificate whenever the files change. While they cannot be used, `failed` is told and the old
 * certificate stays.
 */
export function watchCertificate(
  files: CertificateFiles,
  clock: Clock,
  use: (certificate: Certificate) => void,
  failed: (error: Error) => void,
): { close(): void } {
  let closed = false;
  let last = '';
  let timer = clock.setTimer(lookEveryMs, look);
  const soon = (): void => {
    if (closed) return;
    timer.cancel();
    timer = clock.setTimer(settleMs, look);
  };
  function look(): void {
    timer.cancel();
    void lookNow().then(() => {
      if (!closed) timer = clock.setTimer(lookEveryMs, look);
    });
  }
  async function lookNow(): Promise<void> {
    try {
      const now = await stamp(files);
      if (now === last) return;
      const first = last === '';
      const certificate = await readCertificate(files);
      last = now;
      if (!first && !closed) use(certificate);
    } catch (error) {
      if (!closed) failed(error as Error);
    }
  }
  // The directories are watched, because renewal tools replace files (and links to them) rather than write into them.
  const watchers = [...new Set([dirname(files.cert), dirname(files.key)])].flatMap((directory) => {
    try {
      return [watch(directory, { persistent: false }, soon).on('error', () => undefined)];
    } catch {
      return [];
    }
  });
  look();
  return {
    close: () => {
      closed = true;
      timer.cancel();
      for (const watcher of watchers) watcher.close();
    },
  };
}

async function stamp(files: CertificateFiles): Promise<string> {
  const [cert, key] = await Promise.all([stat(files.cert), stat(files.key)]);
  return [cert.ino, cert.mtimeMs, cert.size, key.ino, key.mtimeMs, key.size].join(' ');
}
