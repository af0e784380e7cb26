import { createAccountStore } from '../accounts/slice.ts';
import type { HomeserverConfig, Settings } from '../config/index.ts';
import { dehydratedErasure } from '../dehydrated-devices/store.ts';
import { domainsOf } from '../domains.ts';
import { Interner } from '../engine/interner.ts';
import { backupErasure } from '../key-backup/store.ts';
import { eraseCrossSigning, eraseDeviceKeys } from '../keys/slice.ts';
import { newProfileRows } from '../profiles/service.ts';
import { profileErasure } from '../profiles/store.ts';
import { queuesErasure } from '../to-device/store.ts';
import type { WithUsers } from './user-commands.ts';
import { answerUserRequest, type AskUsers } from './user-requests.ts';
import { withDatabase } from './with-database.ts';
import { type Clock, Passwords, systemRandom } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** Lends the accounts to a command. */
export function usersOf(settings: () => HomeserverConfig): WithUsers {
  return (mayCreate, use) => withDatabase(settings(), mayCreate, askAccountsOn, use);
}

/** The rows of other slices that go with an account or a device are listed here as in server.ts. */
async function askAccountsOn(database: Database, { server }: Settings, clock: Clock): Promise<AskUsers> {
  const random = systemRandom();
  const service = createAccountStore({
    database,
    users: new Interner(database),
    clock,
    random,
    domains: domainsOf([server.name]),
    passwords: new Passwords(random),
    erasers: [(user) => [profileErasure(user)], backupErasure, eraseCrossSigning],
    deviceErasers: [eraseDeviceKeys, (user, ending) => [queuesErasure(user, ending), dehydratedErasure(user, ending)]],
    newProfile: newProfileRows,
    isExclusive: () => false,
  });
  return (request) => answerUserRequest(service, request);
}
