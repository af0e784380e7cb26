import { domainOf } from './context.ts';

/** A user id as events may carry it: historical localparts included, but a sigil, a server and at most 255 bytes. */
export function isUserId(id: string): boolean {
  if (!id.startsWith('@') || Buffer.byteLength(id) > 255) return false;
  const domain = domainOf(id);
  return domain !== undefined && /^(\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,255})(:[0-9]{1,5})?$/.test(domain);
}
