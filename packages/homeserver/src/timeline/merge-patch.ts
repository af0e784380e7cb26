import { isJsonObject, type JsonObject, jsonObjectFrom, own } from '@hearth/protocol';

/** A content changed by a merge patch (RFC 7396): null removes a key, objects are merged, all else replaces. As deep as the patch. */
export function mergePatch(content: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(content));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (!isJsonObject(value)) merged.set(key, value);
    else {
      const before = own(content, key);
      merged.set(key, mergePatch(before !== undefined && isJsonObject(before) ? before : {}, value));
    }
  }
  return jsonObjectFrom([...merged]);
}
