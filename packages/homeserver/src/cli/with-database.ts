import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { databaseAddress, type HomeserverConfig, type Settings } from '../config/index.ts';
import { CommandFailed } from './command-error.ts';
import { type Ask, askRunningServer } from './local-door.ts';
import { type Clock, systemClock, systemRandom } from '@hearth/kit';
import { type Database, DatabaseInUse, openDatabase } from '@hearth/storage';

export type AnswerOn<Question, Answer> = (database: Database, settings: Settings, clock: Clock) => Promise<Ask<Question, Answer>>;

/**
 * Lets a command ask: on the database itself, or where a running server has the SQLite file, that server. On PostgreSQL both work
 * side by side, and running servers learn from the stream what a command changed. `mayCreate`: also where there is no database yet.
 */
export async function withDatabase<Question, Answer>(
  { values }: HomeserverConfig,
  mayCreate: boolean,
  answerOn: AnswerOn<Question, Answer>,
  use: (ask: Ask<Question, Answer>) => Promise<void>,
): Promise<void> {
  const clock = systemClock();
  const database = await open(values, clock, mayCreate).catch((error: unknown) => {
    if (error instanceof DatabaseInUse) return undefined;
    throw error;
  });
  if (database === undefined) {
    const ask = await askRunningServer<Question, Answer>(values.server.dataDir, clock);
    if (ask === undefined)
      throw new CommandFailed('The database is in use by another Hearth process that cannot be asked. Stop the server, then try again.');
    return use(ask);
  }
  try {
    await use(await answerOn(database, values, clock));
  } finally {
    await database.close();
  }
}

async function open(settings: Settings, clock: Clock, mayCreate: boolean): Promise<Database> {
  const address = databaseAddress(settings);
  if (address.startsWith('sqlite:')) {
    const file = resolve(address.slice('sqlite:'.length));
    if (!mayCreate) await requireFile(file);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  }
  return openDatabase(address, { clock, random: systemRandom() });
}

async function requireFile(file: string): Promise<void> {
  try {
    await stat(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new CommandFailed(`There is no database ${file} yet. Start the server once, or see the setting server.data_dir.`);
    if (code === 'EACCES') throw new CommandFailed(`This user may not read ${file}. Run commands as the user that the server runs as.`);
    throw new CommandFailed(message);
  }
}
