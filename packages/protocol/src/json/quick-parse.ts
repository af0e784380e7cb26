import type { CarefulLimits } from './careful-parser.ts';
import type { JsonValue } from './value.ts';

/**
 * The quick path for ordinary bodies: one scan over the text, the engine's own JSON.parse, one walk over the result.
 * It answers undefined whenever there is a doubt, and then the careful parser decides and explains.
 *
 * Why this is the same as parsing carefully: JSON.parse holds the grammar. The scan sees what is lost in parsing:
 * nesting (before JSON.parse recurses), fractions and exponents, escapes of surrogates, and the number of members,
 * which is the number of colons outside strings. The walk counts the keys that are there; a key that was written
 * twice makes the two counts differ. An integer outside ±(2^53−1) is outside after rounding too.
 */
export function quickParse(text: string, limits: CarefulLimits): { readonly value: JsonValue } | undefined {
  const seen = scan(text, limits.depthMax);
  if (seen === undefined) return undefined;
  if (seen.fractions && limits.numbers !== 'any') return undefined;
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
  const walk: Walk = { limits, floats: limits.numbers === 'any', strings: seen.surrogateEscapes, members: 0 };
  return settle(value, walk) && walk.members === seen.members ? { value } : undefined;
}

type Seen = { readonly members: number; readonly fractions: boolean; readonly surrogateEscapes: boolean };

function scan(text: string, depthMax: number): Seen | undefined {
  let members = 0;
  let depth = 0;
  let fractions = false;
  let surrogateEscapes = false;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case 0x22: // a string, skipped to its closing quote
        for (index += 1; index < text.length; index += 1) {
          const unit = text.charCodeAt(index);
          if (unit === 0x22) break;
          if (unit !== 0x5c) continue;
          index += 1;
          if (text.charCodeAt(index) === 0x75 && (text.charCodeAt(index + 1) | 0x20) === 0x64) surrogateEscapes = true;
        }
        break;
      case 0x7b: // {
      case 0x5b: // [
        depth += 1;
        if (depth > depthMax) return undefined;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth -= 1;
        break;
      case 0x3a: // :
        members += 1;
        break;
      case 0x2e: // .
      case 0x45: // E
        fractions = true;
        break;
      case 0x65: // e, of an exponent when a digit stands before it; of true and false otherwise
        if (text.charCodeAt(index - 1) <= 0x39) fractions = true;
        break;
    }
  }
  return { members, fractions, surrogateEscapes };
}

type Walk = { readonly limits: CarefulLimits; readonly floats: boolean; readonly strings: boolean; members: number };

/** Takes the prototypes away, counts members and checks leaves. False is a doubt. Depth is bounded by the scan. */
function settle(value: JsonValue, walk: Walk): boolean {
  switch (typeof value) {
    case 'number':
      return walk.floats ? Number.isFinite(value) : Number.isSafeInteger(value) && !Object.is(value, -0);
    case 'string':
      return !walk.strings || value.isWellFormed();
    case 'object':
      if (value === null) return true;
      return Array.isArray(value)
        ? settleArray(value as readonly JsonValue[], walk)
        : settleObject(value as { [key: string]: JsonValue }, walk);
    default:
      return true;
  }
}

function settleArray(array: readonly JsonValue[], walk: Walk): boolean {
  for (const item of array) {
    if (!settle(item, walk)) return false;
  }
  return true;
}

function settleObject(object: { [key: string]: JsonValue }, walk: Walk): boolean {
  Object.setPrototypeOf(object, null);
  let keys = 0;
  for (const key in object) {
    keys += 1;
    if (walk.strings && !key.isWellFormed()) return false;
    if (!settle(object[key] as JsonValue, walk)) return false;
  }
  if (keys > walk.limits.keysPerObjectMax) return false;
  walk.members += keys;
  return true;
}
