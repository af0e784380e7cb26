import { Type } from 'typebox';

/** The parameter that keeps an event for later (MSC4140), in milliseconds. Today's path for it is delayed-events/client-api/'s. */
export const delayQuery = { 'org.matrix.msc4140.delay': Type.Optional(Type.Integer()) };

export const delayErrors = ['M_INVALID_PARAM', 'M_MAX_DELAY_EXCEEDED', 'M_LIMIT_EXCEEDED'];

export function delayOf(query: { readonly 'org.matrix.msc4140.delay'?: number }): number | undefined {
  return query['org.matrix.msc4140.delay'];
}
