import { prefixes } from '../../http/prefixes.ts';
import { route, type Route, type RouteAnswer } from '../../http/route.ts';
import type { PushRules } from '../push-rules.ts';

const errors = ['M_NOT_FOUND', 'M_INVALID_PARAM'];
const shared = { method: 'GET', mount: 'client', auth: 'user', rate: 'read', errors } as const;

/** GET pushrules/: all rules. */
export function getPushRules(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/',
    operation: 'getPushRules',
    handle: ({ generation }, requester) => rules.all(requester, generation),
  });
}

/** GET pushrules/global/. */
export function getPushRulesGlobal(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/global/',
    operation: 'getPushRulesGlobal',
    handle: async ({ generation }, requester) => (await rules.part({ requester, segments: ['global'], generation })) as RouteAnswer,
  });
}

/** GET pushrules/{scope}/: clients of 2015 drill down, with a final slash, and know scopes of devices. */
export function getPushRulesOfScope(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/{scope}/',
    operation: 'getPushRulesOfScope',
    handle: async ({ params, generation }, requester) =>
      (await rules.part({ requester, segments: [params.scope], generation })) as RouteAnswer,
  });
}

/** GET pushrules/{scope}/{kind}/: the rules of one kind, of 2015. */
export function getPushRulesOfKind(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/{scope}/{kind}/',
    operation: 'getPushRulesOfKind',
    handle: async ({ params, generation }, requester) =>
      (await rules.part({ requester, segments: [params.scope, params.kind], generation })) as RouteAnswer,
  });
}

/** GET pushrules/global/{kind}/{ruleId}. */
export function getPushRule(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/global/{kind}/{ruleId}',
    operation: 'getPushRule',
    handle: async ({ params, generation }, requester) =>
      (await rules.part({ requester, segments: ['global', params.kind, params.ruleId], generation })) as RouteAnswer,
  });
}

/** GET pushrules/global/{kind}/{ruleId}/enabled. */
export function isPushRuleEnabled(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/global/{kind}/{ruleId}/enabled',
    operation: 'isPushRuleEnabled',
    handle: async ({ params, generation }, requester) =>
      (await rules.part({ requester, segments: ['global', params.kind, params.ruleId, 'enabled'], generation })) as RouteAnswer,
  });
}

/** GET pushrules/global/{kind}/{ruleId}/actions. */
export function getPushRuleActions(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/global/{kind}/{ruleId}/actions',
    operation: 'getPushRuleActions',
    handle: async ({ params, generation }, requester) =>
      (await rules.part({ requester, segments: ['global', params.kind, params.ruleId, 'actions'], generation })) as RouteAnswer,
  });
}

/** GET pushrules/{scope}/{kind}/{ruleId}, of 2015: a rule, or the rules of one kind in the scope `device/{tag}`. */
export function getPushRuleOfScope(rules: PushRules): Route {
  return route({
    ...shared,
    mount: prefixes.api2015v1,
    path: '/pushrules/{scope}/{kind}/{ruleId}',
    operation: 'getPushRuleOfScope',
    handle: async ({ params: { scope, kind, ruleId }, generation }, requester) =>
      (await rules.part({ requester, segments: [scope, kind, ruleId], generation })) as RouteAnswer,
  });
}

/** GET pushrules/device/{tag}/{kind}/{ruleId}, of 2015. */
export function getPushRuleOfDevice(rules: PushRules): Route {
  return route({
    ...shared,
    mount: prefixes.api2015v1,
    path: '/pushrules/device/{tag}/{kind}/{ruleId}',
    operation: 'getPushRuleOfDevice',
    handle: async ({ params: { tag, kind, ruleId }, generation }, requester) =>
      (await rules.part({ requester, segments: ['device', tag, kind, ruleId], generation })) as RouteAnswer,
  });
}

/** GET pushrules/device/{tag}/{kind}/{ruleId}/enabled or /actions, of 2015. */
export function getPushRulePartOfDevice(rules: PushRules): Route {
  return route({
    ...shared,
    mount: prefixes.api2015v1,
    path: '/pushrules/device/{tag}/{kind}/{ruleId}/{part}',
    operation: 'getPushRulePartOfDevice',
    handle: async ({ params: { tag, kind, ruleId, part }, generation }, requester) =>
      (await rules.part({ requester, segments: ['device', tag, kind, ruleId, part], generation })) as RouteAnswer,
  });
}
