import { Type } from 'typebox';

import { mapOf } from './map-of.ts';

/*
 * The forms of keys in requests. Everything that is stored here is later handed to other people's clients and servers, so nothing
 * of another form gets past the door (CVE-2025-61672).
 */

const signatures = mapOf(mapOf(Type.String()));

export const deviceKeysShape = Type.Object(
  {
    user_id: Type.String(),
    device_id: Type.String(),
    algorithms: Type.Array(Type.String(), { maxItems: 100 }),
    keys: mapOf(Type.String()),
    signatures,
  },
  { isOneValue: true },
);

/** A signed key, or the bare text of an algorithm without signatures. */
const keyShape = Type.Union([Type.String(), Type.Object({ key: Type.String(), signatures, fallback: Type.Optional(Type.Boolean()) })]);
export const keysShape = mapOf(keyShape);

export const crossSigningKeyShape = Type.Object({
  user_id: Type.String(),
  usage: Type.Array(Type.String(), { maxItems: 10 }),
  keys: mapOf(Type.String()),
  signatures: Type.Optional(signatures),
});
