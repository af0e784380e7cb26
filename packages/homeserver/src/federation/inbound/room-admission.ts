import type { PduDeps } from './pdus.ts';
import { compileServerAcl, type JsonObject, type ServerAcl } from '@hearth/protocol';

/** The content of a room's m.room.server_acl; null where it has none, undefined where there is no such room. */
export type AclOf = (roomId: string) => Promise<JsonObject | null | undefined>;

/** Which rooms another server may send events of, by the rooms' own lists. */
export function roomAdmission(aclOf: AclOf): PduDeps['admission'] {
  // The engine hands out the same content for as long as it holds the event.
  const compiled = new WeakMap<JsonObject, ServerAcl>();
  return async (roomId, serverName) => {
    const content = await aclOf(roomId);
    if (content === undefined) return 'unknown';
    if (content === null) return 'admitted';
    const acl = compiled.get(content) ?? compileServerAcl(content);
    compiled.set(content, acl);
    return acl.allows(serverName) ? 'admitted' : 'denied';
  };
}
