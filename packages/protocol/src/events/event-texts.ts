import { canonicalJson, type CanonicalNumbers, compareCodePoints } from '../json/canonical.ts';
import { jsonObject, withKey } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { sha256Base64 } from '../signing/hashes.ts';
import { canonicalNumbersOf } from './hash.ts';
import { redact } from './redact.ts';

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
  const keys = Object.keys(unhashed).sort(compareCodePoints);
  const members = keys.map((key) => writeMember(key, unhashed[key] as JsonValue, numbers));
  const hash = sha256Base64(`{${members.join(',')}}`, 'base64');
  const event = withKey(unhashed, 'hashes', jsonObject({ sha256: hash }));
  const after = keys.findIndex((key) => compareCodePoints(key, 'hashes') > 0);
  const place = after < 0 ? keys.length : after;
  keys.splice(place, 0, 'hashes');
  members.splice(place, 0, `"hashes":{"sha256":"${hash}"}`);
  const kept = redact(event, rules);
  const essential: string[] = [];
  for (const [index, key] of keys.entries()) {
    if (!Object.hasOwn(kept, key)) continue;
    const value = kept[key] as JsonValue;
    essential.push(value === event[key] ? (members[index] as string) : writeMember(key, value, numbers));
  }
  return { event, json: `{${members.join(',')}}`, essential: `{${essential.join(',')}}` };
}

function writeMember(key: string, value: JsonValue, numbers: CanonicalNumbers): string {
  return `${canonicalJson(key, numbers)}:${canonicalJson(value, numbers)}`;
}
