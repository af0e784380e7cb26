import { MatrixError } from '../http/errors.ts';
import { newUserId, type ServerName, type UserId } from '@hearth/protocol';

/**
 * Names that people would take for the server's own voice. Administrators may still make such accounts.
 * RFC 2142 has most of them.
 */
const reserved = new Set(
  [
    'abuse',
    'admin',
    'administrator',
    'everyone',
    'hostmaster',
    'moderator',
    'notices',
    'postmaster',
    'room',
    'root',
    'security',
    'server',
    'support',
    'system',
    'webmaster',
  ].map(skeleton),
);

/**
 * The user id for a name that somebody chose. Capitals become small letters, since no id may have them; everything else that the
 * grammar of new user ids does not allow is refused (https://spec.matrix.org/v1.19/appendices/#user-identifiers).
 */
export function userIdFor(name: string, serverName: string): UserId {
  const userId = newUserId(
    name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
    serverName as ServerName,
  );
  if (userId === undefined) {
    throw new MatrixError(
      'M_INVALID_USERNAME',
      'A user name may have small letters, digits and the characters . _ = - / +, and with the name of this server at most 255 of them.',
    );
  }
  return userId;
}

/** Refuses names that strangers may not have: those of the server itself, and those that look like them. */
export function requireUnreserved(name: string): void {
  if (name.startsWith('_')) throw new MatrixError('M_INVALID_USERNAME', 'User names that begin with _ are for application services.');
  if (reserved.has(skeleton(name))) throw new MatrixError('M_INVALID_USERNAME', 'This user name is reserved.');
}

/** What a name looks like at a glance: `adm1n` and `a-d-m-i-n` are `admin`. The grammar leaves only few characters to mistake. */
function skeleton(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[._=\-/+]/g, '')
    .replaceAll('0', 'o')
    .replaceAll(/[1i]/g, 'l')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}
