import type { Domains } from '../domains.ts';
import { MatrixError } from '../http/errors.ts';
import { domainOf, jsonObjectFrom, type JsonObject, parseUserId } from '@hearth/protocol';

/** Users of a request: ours, and for each other server why its users' keys are not in the answer. */
export type UsersByServer = { readonly local: readonly string[]; readonly failures: JsonObject };

const notReached = { errcode: 'M_UNAVAILABLE', error: 'This server cannot be reached from here.' };

/** Only what its own server says of a user's keys counts, so nothing is looked up here for users of others. 400 M_INVALID_PARAM for what is no user id. */
export function usersByServer(userIds: readonly string[], domains: Domains): UsersByServer {
  const local: string[] = [];
  const servers = new Set<string>();
  for (const id of userIds) {
    const server = parseUserId(id) && domainOf(id);
    if (server === undefined) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(id.slice(0, 300))} is not a user id.`);
    if (domains.isLocal(server)) local.push(id);
    else servers.add(server);
  }
  return { local, failures: jsonObjectFrom([...servers].map((server) => [server, notReached])) };
}
