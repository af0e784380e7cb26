import { Type } from 'typebox';

/** The longest time for which an event can stick (MSC4354). */
export const stickyMsMax = 60 * 60_000;

const duration = Type.Optional(Type.Integer({ minimum: 0, maximum: stickyMsMax }));

/** The parameter that makes an event stick, under both of its names. */
export const stickyQuery = { sticky_duration_ms: duration, 'org.matrix.msc4354.sticky_duration_ms': duration };

export function stickyMsOf(query: {
  readonly sticky_duration_ms?: number;
  readonly 'org.matrix.msc4354.sticky_duration_ms'?: number;
}): number | undefined {
  return query['org.matrix.msc4354.sticky_duration_ms'] ?? query.sticky_duration_ms;
}
