import { ownObject, ownString, type PduEvent } from '@hearth/protocol';

/** How an event relates to another (https://spec.matrix.org/v1.19/client-server-api/#forming-relationships-between-events). */
export type Relation = { readonly relType: string; readonly target: string };

/** No id or relation type that the specification allows is longer, in bytes. */
const nameBytesMax = 255;

/** The relation that an event declares; undefined without one, and for one that no column could hold. */
export function relationOf({ content }: Pick<PduEvent, 'content'>): Relation | undefined {
  const relatesTo = ownObject(content, 'm.relates_to');
  const relType = relatesTo && ownString(relatesTo, 'rel_type');
  const target = relatesTo && ownString(relatesTo, 'event_id');
  if (relType === undefined || target === undefined || !isName(relType) || !isName(target)) return undefined;
  return { relType, target };
}

function isName(text: string): boolean {
  return text !== '' && Buffer.byteLength(text) <= nameBytesMax && !text.includes('\0') && text.isWellFormed();
}
