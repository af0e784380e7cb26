/** The part of a path after `/pushrules/`, already cut at its slashes and percent-decoded. */
import type { PushRuleRefusal } from './refusal.ts';
import { invalidParam, noSuchRule } from './refusal.ts';
import type { PushRuleKind } from './rule.ts';
import { isPushRuleKind } from './rule.ts';

export type PushRulePath = {
  /** The profile tag of `device/{tag}` (2015); without it the scope is `global`. */
  readonly device?: string;
  readonly kind?: PushRuleKind;
  readonly ruleId?: string;
  readonly attribute?: 'enabled' | 'actions';
};

/** Characters of a profile tag. */
const tagLengthMax = 64;

/**
 * Reads `global|device/{tag}`, `{kind}`, `{ruleId}`, `enabled|actions`; a final slash is ignored. `devices` allows 2015's scope. Who only
 * `reads` a rule of a kind that is not known here learns that it is not there.
 */
export function parsePushRulePath(
  segments: readonly string[],
  { devices = false, reads = false }: { readonly devices?: boolean; readonly reads?: boolean } = {},
): { readonly ok: true; readonly path: PushRulePath } | PushRuleRefusal {
  const all = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
  const isDevice = devices && all[0] === 'device';
  if (!isDevice && all[0] !== 'global') return invalidParam('the scope must be global');
  const [kind, ruleId, attribute, ...more] = all.slice(isDevice ? 2 : 1);
  const device = isDevice ? all[1] : undefined;
  if (isDevice && (device === undefined || device === '' || device.length > tagLengthMax))
    return invalidParam(`a profile tag has 1 to ${tagLengthMax} characters`);
  if (kind !== undefined && !isPushRuleKind(kind))
    return reads && ruleId !== undefined ? noSuchRule() : invalidParam('there is no such kind of push rule');
  if (ruleId === '') return invalidParam('the rule id is empty');
  if (more.length > 0 || (attribute !== undefined && attribute !== 'enabled' && attribute !== 'actions'))
    return invalidParam('a push rule has no such part');
  return {
    ok: true,
    path: {
      ...(device === undefined ? {} : { device }),
      ...(kind === undefined ? {} : { kind }),
      ...(ruleId === undefined ? {} : { ruleId }),
      ...(attribute === undefined ? {} : { attribute }),
    },
  };
}
