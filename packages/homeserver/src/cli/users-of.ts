import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { createAccountStore } from '../accounts/slice.ts';
import { databaseAddress, type HomeserverConfig, type Settings } from '../config/index.ts';
import { domainsOf } from '../domains.ts';
import { Interner } from '../engine/interner.ts';
import { newProfileRows } from '../profiles/service.ts';
import { profileErasure } from '../profiles/store.ts';
import { CommandFailed } from './command-error.ts';
import { askRunningServer } from './local-door.ts';
import type { WithUsers } from './user-commands.ts';
import { answerUserRequest } from './user-requests.ts';
import { type Clock, Passwords, systemClock, systemRandom } from '@hearth/kit';
import { type Database, DatabaseInUse, openDatabase } from '@hearth/storage';

/**
 * Opens the accounts for a command: the database itself, or where a running server has the SQLite file, that server. On PostgreSQL
 * both work side by side, and running servers learn from the stream what a command changed.
 */
export function usersOf(settings: () => HomeserverConfig): WithUsers {
  return async (mayCreate, use) => {
    const { values } = settings();
    const clock = systemClock();
    const database = await open(values, clock, mayCreate).catch((error: unknown) => {
      if (error instanceof DatabaseInUse) return undefined;
      throw error;
    });
    if (database === undefined) {
      const askUsers = await askRunningServer(values.server.dataDir, clock);
      if (askUsers === undefined)
        throw new CommandFailed('The database is in use by another Hearth process that cannot be asked. Stop the server, then try again.');
      return use(askUsers);
    }
    try {
      const service = accountsOn(database, values, clock);
      await use((request) => answerUserRequest(service, request));
    } finally {
      await database.close();
    }
  };
}

async function open(settings: Settings, clock: Clock, mayCreate: boolean): Promise<Database> {
  const address = databaseAddress(settings);
  if (address.startsWith('sqlite:')) {
    const file = resolve(address.slice('sqlite:'.length));
    if (!mayCreate && !existsSync(file))
      throw new CommandFailed(`There is no database ${file} yet. Start the server once, or see the setting server.data_dir.`);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  }
  return openDatabase(address, { clock, random: systemRandom() });
}

/** The rows of other slices that go with an account are listed here as in server.ts. */
function accountsOn(database: Database, { server }: Settings, clock: Clock): ReturnType<typeof createAccountStore> {
  const random = systemRandom();
  return createAccountStore({
    database,
    users: new Interner(database),
    clock,
    random,
    domains: domainsOf([server.name]),
    passwords: new Passwords(random),
    erasers: [(user) => [profileErasure(user)]],
    newProfile: newProfileRows,
    isExclusive: () => false,
  });
}
