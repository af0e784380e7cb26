import type { Domains } from '../domains.ts';
import { readAnyUserId } from './store.ts';
import { ConfigError } from '@hearth/kit';
import { domainOf } from '@hearth/protocol';
import type { Reader } from '@hearth/storage';

/**
 * Refuses a server name that is not the one of the accounts that are there. With another one they could not log in, and what the server
 * signs would be nobody's; the likeliest reason is a forgotten setting.
 */
export async function refuseAnotherServerName(reader: Reader, domains: Domains): Promise<void> {
  const userId = await readAnyUserId(reader);
  const domain = userId === undefined ? undefined : domainOf(userId);
  if (domain === undefined || domains.isLocal(domain)) return;
  const message = `the accounts of this database belong to ${domain}, and the name of a server cannot be changed`;
  throw new ConfigError([{ where: 'server.name (HEARTH_SERVER_NAME)', message }]);
}
