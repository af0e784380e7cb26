import { access, constants, mkdir } from 'node:fs/promises';

import { ConfigError } from '@hearth/kit';

/** Makes the data directory where there is none, and says what is wrong with one that cannot be written. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new ConfigError([{ where: 'server.data_dir', message: `${dataDir} cannot be used: ${reason(error as NodeJS.ErrnoException)}` }]);
  }
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'it is not a directory, or lies in something that is none';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'the user that the server runs as may not write there';
  return message;
}
