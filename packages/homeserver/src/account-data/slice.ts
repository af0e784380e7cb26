import type { Slice } from '../slice.ts';
import { getAccountData, getAccountDataPerRoom, setAccountData, setAccountDataPerRoom } from './client-api/account-data.ts';
import { AccountData, type AccountDataDeps } from './service.ts';
import { accountDataSection } from './stream.ts';

/** Data that clients keep with the account. */
export function createAccountData(deps: AccountDataDeps): Slice & { readonly service: AccountData } {
  const service = new AccountData(deps);
  const routes = [setAccountData, getAccountData, setAccountDataPerRoom, getAccountDataPerRoom].map((make) => make(service));
  return { name: 'account-data', routes, streams: [accountDataSection(deps.database)], jobs: [], projections: [], service };
}
