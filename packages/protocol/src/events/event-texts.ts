import { canonicalJson, type CanonicalNumbers, compareCodePoints, keysInOrder } from '../json/canonical.ts';
import { jsonObject, own, withKey } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { sha256Base64 } from '../signing/hashes.ts';
import { canonicalNumbersOf } from './hash.ts';
import { redactContent, survivesRedaction } from './redact.ts';

export type EventTexts = {
  /** The event with its `hashes`. */
  readonly event: JsonObject;
  /** Its canonical JSON. */
  readonly json: string;
  /** What its signatures and its reference hash cover, as `essentialJson` gives it. */
  readonly essential: string;
};

/**
 * Adds the content hash to an event of ours that has no `hashes`, `signatures` and `unsigned` yet, and gives the texts that are
 * stored and signed. The same as `contentHash`, `canonicalJson` and `essentialJson` one after the other, but each member is
 * written once: the three texts differ in a member or two. Throws CanonicalJsonError.
 */
export function eventTexts(unhashed: JsonObject, rules: RoomVersionRules): EventTexts {
  const numbers = canonicalNumbersOf(rules);
  const type = own(unhashed, 'type');
  // The members before "hashes", each with a comma behind it, and those after it, each with a comma before it.
  const head = { all: '', kept: '' };
  const tail = { all: '', kept: '' };
  for (const key of keysInOrder(unhashed)) {
    const value = unhashed[key] as JsonValue;
    const member = writeMember(key, value, numbers);
    const kept = key === 'content' ? writeMember(key, redactContent(type, value, rules), numbers) : member;
    const isKept = survivesRedaction(key, rules);
    if (compareCodePoints(key, 'hashes') < 0) {
      head.all += `${member},`;
      if (isKept) head.kept += `${kept},`;
    } else {
      tail.all += `,${member}`;
      if (isKept) tail.kept += `,${kept}`;
    }
  }
  const sha256 = sha256Base64(tail.all === '' ? `{${head.all.slice(0, -1)}}` : `{${head.all}${tail.all.slice(1)}}`, 'base64');
  const hashes = `"hashes":{"sha256":"${sha256}"}`;
  return {
    event: withKey(unhashed, 'hashes', jsonObject({ sha256 })),
    json: `{${head.all}${hashes}${tail.all}}`,
    essential: `{${head.kept}${hashes}${tail.kept}}`,
  };
}

function writeMember(key: string, value: JsonValue, numbers: CanonicalNumbers): string {
  return `${canonicalJson(key, numbers)}:${canonicalJson(value, numbers)}`;
}
