import type { Slice } from '../slice.ts';
import {
  deleteAccountData,
  deleteAccountDataPerRoom,
  getAccountData,
  getAccountDataPerRoom,
  setAccountData,
  setAccountDataPerRoom,
} from './client-api/account-data.ts';
import { deleteRoomTag, getRoomTags, setRoomTag } from './client-api/tags.ts';
import { IgnoredUsers } from './ignored-users.ts';
import { InvitePermissions } from './invite-permissions.ts';
import { AccountData, type AccountDataDeps } from './service.ts';
import { accountDataSection } from './stream.ts';
import { Tags } from './tags.ts';

export type AccountDataSlice = Slice & {
  readonly service: AccountData;
  readonly ignored: IgnoredUsers;
  readonly invitePermissions: InvitePermissions;
};

/** Data that clients keep with the account. `consume` of `ignored` and `invitePermissions` must be given the stream. */
export function createAccountData(deps: AccountDataDeps): AccountDataSlice {
  const service = new AccountData(deps);
  const ignored = new IgnoredUsers(deps.database);
  const invitePermissions = new InvitePermissions(deps.database);
  const tags = new Tags(service);
  const routes = [
    ...[setAccountData, getAccountData, setAccountDataPerRoom, getAccountDataPerRoom, deleteAccountData, deleteAccountDataPerRoom].map(
      (make) => make(service),
    ),
    ...[getRoomTags, setRoomTag, deleteRoomTag].map((make) => make(tags)),
  ];
  return {
    name: 'account-data',
    routes,
    streams: [accountDataSection(deps.database)],
    jobs: [],
    projections: [],
    service,
    ignored,
    invitePermissions,
  };
}
