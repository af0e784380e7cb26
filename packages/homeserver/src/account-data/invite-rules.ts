import { compileGlob, domainOf, type JsonObject, type JsonValue, own } from '@hearth/protocol';

/** What becomes of an invitation: `ignore` lets it happen and does not show it, `block` refuses it. */
export type InviteVerdict = 'allow' | 'ignore' | 'block';

/** Patterns of one list that count. */
const patternsMax = 1_000;
/** Longer patterns match nothing: no user id is as long. */
const patternLengthMax = 512;

/** The lists of MSC4155 in the order in which they are asked: people before servers, and leave before refusal. */
const lists = [
  ['allowed_users', 'allow'],
  ['ignored_users', 'ignore'],
  ['blocked_users', 'block'],
  ['allowed_servers', 'allow'],
  ['ignored_servers', 'ignore'],
  ['blocked_servers', 'block'],
] as const;

/**
 * Under which types clients keep what they think of invitations. The stable one comes last: of a key that several have, the last one
 * counts. `default_action` is https://spec.matrix.org/v1.19/client-server-api/#invite-permission, the lists are MSC4155.
 */
export const invitePermissionTypes = [
  'org.matrix.msc4155.invite_permission_config',
  'org.matrix.msc4380.invite_permission_config',
  'm.invite_permission_config',
] as const;

/** What somebody's account data says of invitations by others. What is not of the expected form says nothing. */
export function inviteRules(configs: readonly JsonObject[]): (inviter: string) => InviteVerdict {
  const latest = (key: string): JsonValue | undefined => configs.map((config) => own(config, key)).findLast((value) => value !== undefined);
  const asked = latest('enabled') === false ? [] : lists;
  const compiled = asked.map(([key, verdict]) => ({ ofServers: key.endsWith('_servers'), verdict, globs: globsOf(latest(key)) }));
  const otherwise = latest('default_action') === 'block' ? 'block' : 'allow';
  return (inviter) => {
    // As in server ACLs, the patterns of servers are about hosts: a port makes no difference.
    const host = (domainOf(inviter) ?? '').replace(/:\d+$/, '');
    const found = compiled.find(({ ofServers, globs }) => globs.some((glob) => glob.matches(ofServers ? host : inviter)));
    return found?.verdict ?? otherwise;
  };
}

function globsOf(patterns: JsonValue | undefined): ReturnType<typeof compileGlob>[] {
  if (!Array.isArray(patterns)) return [];
  return (patterns as readonly JsonValue[])
    .slice(0, patternsMax)
    .filter((pattern) => typeof pattern === 'string')
    .filter((pattern) => pattern.length <= patternLengthMax)
    .map((pattern) => compileGlob(pattern));
}
