import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { PushRules } from '../push-rules.ts';

const shared = { method: 'DELETE', auth: 'user', rate: 'write', errors: ['M_NOT_FOUND', 'M_INVALID_PARAM'] } as const;

/** DELETE pushrules/global/{kind}/{ruleId}. */
export function deletePushRule(rules: PushRules): Route {
  return route({
    ...shared,
    mount: 'client',
    path: '/pushrules/global/{kind}/{ruleId}',
    operation: 'deletePushRule',
    handle: async ({ params: { kind, ruleId }, generation }, requester) => {
      await rules.delete({ requester, segments: ['global', kind, ruleId], generation });
      return {};
    },
  });
}

/** DELETE pushrules/{scope}/{kind}/{ruleId}, of 2015. */
export function deletePushRuleOfScope(rules: PushRules): Route {
  return route({
    ...shared,
    mount: prefixes.api2015v1,
    path: '/pushrules/{scope}/{kind}/{ruleId}',
    operation: 'deletePushRuleOfScope',
    handle: async ({ params: { scope, kind, ruleId }, generation }, requester) => {
      await rules.delete({ requester, segments: [scope, kind, ruleId], generation });
      return {};
    },
  });
}

/** DELETE pushrules/device/{tag}/{kind}/{ruleId}, of 2015. */
export function deletePushRuleOfDevice(rules: PushRules): Route {
  return route({
    ...shared,
    mount: prefixes.api2015v1,
    path: '/pushrules/device/{tag}/{kind}/{ruleId}',
    operation: 'deletePushRuleOfDevice',
    handle: async ({ params: { tag, kind, ruleId }, generation }, requester) => {
      await rules.delete({ requester, segments: ['device', tag, kind, ruleId], generation });
      return {};
    },
  });
}
