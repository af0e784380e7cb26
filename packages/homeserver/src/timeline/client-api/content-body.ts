import { Type } from 'typebox';

import type { JsonObject } from '@hearth/protocol';

/** The body is the event's content: any JSON object. */
export const contentBody = Type.Record(Type.String(), Type.Unknown());

/** The edge parsed the body with the strict JSON door; the schema only does not say so. */
export function contentOf(body: Record<string, unknown>): JsonObject {
  return body as JsonObject;
}
