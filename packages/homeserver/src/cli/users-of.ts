import { accountRows } from '../account-rows.ts';
import { refuseAnotherServerName } from '../accounts/server-name.ts';
import { createAccountStore } from '../accounts/slice.ts';
import type { HomeserverConfig, Settings } from '../config/index.ts';
import { domainsOf } from '../domains.ts';
import { Interner } from '../engine/interner.ts';
import { keeperOf } from '../room-admin/index.ts';
import type { WithUsers } from './user-commands.ts';
import { answerUserRequest, type AskUsers } from './user-requests.ts';
import { withDatabase } from './with-database.ts';
import { type Clock, Passwords, systemRandom } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** Lends the accounts to a command. */
export function usersOf(settings: () => HomeserverConfig): WithUsers {
  return (mayCreate, use) => withDatabase(settings(), mayCreate, askAccountsOn, use);
}

async function askAccountsOn(database: Database, { server }: Settings, clock: Clock): Promise<AskUsers> {
  const random = systemRandom();
  const domains = domainsOf([server.name]);
  await refuseAnotherServerName(database.reader, domains);
  const service = createAccountStore({
    database,
    users: new Interner(database),
    clock,
    random,
    domains,
    passwords: new Passwords(random),
    ...accountRows,
    isExclusive: (userId) => userId === keeperOf(domains.first),
  });
  return (request) => answerUserRequest(service, request);
}
