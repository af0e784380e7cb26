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
    handle: async ({ generation }, requester) => (await rules.part(requester, ['global'], generation)) as RouteAnswer,
  });
}

/** GET pushrules/{scope}/: clients of 2015 drill down, with a final slash, and know scopes of devices. */
export function getPushRulesOfScope(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/{scope}/',
    operation: 'getPushRulesOfScope',
    handle: async ({ params, generation }, requester) => (await rules.part(requester, [params.scope], generation)) as RouteAnswer,
  });
}

/** GET pushrules/{scope}/{kind}/: the rules of one kind, of 2015. */
export function getPushRulesOfKind(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/{scope}/{kind}/',
    operation: 'getPushRulesOfKind',
    handle: async ({ params, generation }, requester) =>
      (await rules.part(requester, [params.scope, params.kind], generation)) as RouteAnswer,
  });
}

/** GET pushrules/global/{kind}/{ruleId}. */
export function getPushRule(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/global/{kind}/{ruleId}',
    operation: 'getPushRule',
    handle: async ({ params, generation }, requester) =>
      (await rules.part(requester, ['global', params.kind, params.ruleId], generation)) as RouteAnswer,
  });
}

/** GET pushrules/global/{kind}/{ruleId}/enabled. */
export function isPushRuleEnabled(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/global/{kind}/{ruleId}/enabled',
    operation: 'isPushRuleEnabled',
    handle: async ({ params, generation }, requester) =>
      (await rules.part(requester, ['global', params.kind, params.ruleId, 'enabled'], generation)) as RouteAnswer,
  });
}

/** GET pushrules/global/{kind}/{ruleId}/actions. */
export function getPushRuleActions(rules: PushRules): Route {
  return route({
    ...shared,
    path: '/pushrules/global/{kind}/{ruleId}/actions',
    operation: 'getPushRuleActions',
    handle: async ({ params, generation }, requester) =>
      (await rules.part(requester, ['global', params.kind, params.ruleId, 'actions'], generation)) as RouteAnswer,
  });
}
