import type { Slice } from '../slice.ts';
import { getAccountData, getAccountDataPerRoom, setAccountData, setAccountDataPerRoom } from './client-api/account-data.ts';
import { IgnoredUsers } from './ignored-users.ts';
import { AccountData, type AccountDataDeps } from './service.ts';
import { accountDataSection } from './stream.ts';

/** Data that clients keep with the account. `ignored.consume` must be given the stream. */
export function createAccountData(deps: AccountDataDeps): Slice & { readonly service: AccountData; readonly ignored: IgnoredUsers } {
  const service = new AccountData(deps);
  const ignored = new IgnoredUsers(deps.database);
  const routes = [setAccountData, getAccountData, setAccountDataPerRoom, getAccountDataPerRoom].map((make) => make(service));
  return { name: 'account-data', routes, streams: [accountDataSection(deps.database)], jobs: [], projections: [], service, ignored };
}
