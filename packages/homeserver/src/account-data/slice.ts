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
import { AccountData, type AccountDataDeps } from './service.ts';
import { accountDataSection } from './stream.ts';
import { Tags } from './tags.ts';

/** Data that clients keep with the account. `ignored.consume` must be given the stream. */
export function createAccountData(deps: AccountDataDeps): Slice & { readonly service: AccountData; readonly ignored: IgnoredUsers } {
  const service = new AccountData(deps);
  const ignored = new IgnoredUsers(deps.database);
  const tags = new Tags(service);
  const routes = [
    ...[setAccountData, getAccountData, setAccountDataPerRoom, getAccountDataPerRoom, deleteAccountData, deleteAccountDataPerRoom].map(
      (make) => make(service),
    ),
    ...[getRoomTags, setRoomTag, deleteRoomTag].map((make) => make(tags)),
  ];
  return { name: 'account-data', routes, streams: [accountDataSection(deps.database)], jobs: [], projections: [], service, ignored };
}
