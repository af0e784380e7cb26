import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { PushRules } from '../push-rules.ts';
import type { JsonValue } from '@hearth/protocol';

/** More than the conditions and actions of a rule may have. */
const bodyBytesMax = 128 * 1024;
const errors = ['M_NOT_FOUND', 'M_INVALID_PARAM', 'M_BAD_JSON', 'M_MISSING_PARAM', 'M_TOO_LARGE', 'M_UNKNOWN'];
// What is in them, the protocol package knows: those of 2015 are not always objects.
const ruleBody = Type.Object({ conditions: Type.Optional(Type.Array(Type.Object({}))), pattern: Type.Optional(Type.String()) });
const partBody = Type.Unknown();
const shared = { method: 'PUT', auth: 'user', rate: 'write', bodyBytesMax, errors } as const;
const placeQuery = Type.Object({ before: Type.Optional(Type.String()), after: Type.Optional(Type.String()) });

/** PUT pushrules/global/{kind}/{ruleId}. */
export function setPushRule(rules: PushRules): Route {
  return route({
    ...shared,
    mount: 'client',
    path: '/pushrules/global/{kind}/{ruleId}',
    operation: 'setPushRule',
    query: placeQuery,
    body: ruleBody,
    handle: async ({ params: { kind, ruleId }, query, body, generation }, requester) => {
      await rules.put({ requester, segments: ['global', kind, ruleId], generation }, body as JsonValue, query);
      return {};
    },
  });
}

/** PUT pushrules/{scope}/{kind}/{ruleId}, of 2015. */
export function setPushRuleOfScope(rules: PushRules): Route {
  return route({
    ...shared,
    mount: prefixes.api2015v1,
    path: '/pushrules/{scope}/{kind}/{ruleId}',
    operation: 'setPushRuleOfScope',
    query: placeQuery,
    body: ruleBody,
    handle: async ({ params: { scope, kind, ruleId }, query, body, generation }, requester) => {
      await rules.put({ requester, segments: [scope, kind, ruleId], generation }, body as JsonValue, query);
      return {};
    },
  });
}

/** PUT pushrules/device/{tag}/{kind}/{ruleId}, of 2015. */
export function setPushRuleOfDevice(rules: PushRules): Route {
  return route({
    ...shared,
    mount: prefixes.api2015v1,
    path: '/pushrules/device/{tag}/{kind}/{ruleId}',
    operation: 'setPushRuleOfDevice',
    query: placeQuery,
    body: ruleBody,
    handle: async ({ params: { tag, kind, ruleId }, query, body, generation }, requester) => {
      await rules.put({ requester, segments: ['device', tag, kind, ruleId], generation }, body as JsonValue, query);
      return {};
    },
  });
}

/** PUT pushrules/global/{kind}/{ruleId}/enabled. */
export function setPushRuleEnabled(rules: PushRules): Route {
  return route({
    ...shared,
    mount: 'client',
    path: '/pushrules/global/{kind}/{ruleId}/enabled',
    operation: 'setPushRuleEnabled',
    body: partBody,
    handle: async ({ params: { kind, ruleId }, body, generation }, requester) => {
      await rules.setEnabled({ requester, segments: ['global', kind, ruleId], generation }, body as JsonValue);
      return {};
    },
  });
}

/** PUT pushrules/{scope}/{kind}/{ruleId}/enabled, of 2015. */
export function setPushRuleOfScopeEnabled(rules: PushRules): Route {
  return route({
    ...shared,
    mount: prefixes.api2015v1,
    path: '/pushrules/{scope}/{kind}/{ruleId}/enabled',
    operation: 'setPushRuleOfScopeEnabled',
    body: partBody,
    handle: async ({ params: { scope, kind, ruleId }, body, generation }, requester) => {
      await rules.setEnabled({ requester, segments: [scope, kind, ruleId], generation }, body as JsonValue);
      return {};
    },
  });
}

/** PUT pushrules/device/{tag}/{kind}/{ruleId}/enabled, of 2015. */
export function setPushRuleOfDeviceEnabled(rules: PushRules): Route {
  return route({
    ...shared,
    mount: prefixes.api2015v1,
    path: '/pushrules/device/{tag}/{kind}/{ruleId}/enabled',
    operation: 'setPushRuleOfDeviceEnabled',
    body: partBody,
    handle: async ({ params: { tag, kind, ruleId }, body, generation }, requester) => {
      await rules.setEnabled({ requester, segments: ['device', tag, kind, ruleId], generation }, body as JsonValue);
      return {};
    },
  });
}

/** PUT pushrules/global/{kind}/{ruleId}/actions. */
export function setPushRuleActions(rules: PushRules): Route {
  return route({
    ...shared,
    mount: 'client',
    path: '/pushrules/global/{kind}/{ruleId}/actions',
    operation: 'setPushRuleActions',
    body: partBody,
    handle: async ({ params: { kind, ruleId }, body, generation }, requester) => {
      await rules.setActions({ requester, segments: ['global', kind, ruleId], generation }, body as JsonValue);
      return {};
    },
  });
}

/** PUT pushrules/device/{tag}/{kind}/{ruleId}/actions, of 2015. */
export function setPushRuleOfDeviceActions(rules: PushRules): Route {
  return route({
    ...shared,
    mount: prefixes.api2015v1,
    path: '/pushrules/device/{tag}/{kind}/{ruleId}/actions',
    operation: 'setPushRuleOfDeviceActions',
    body: partBody,
    handle: async ({ params: { tag, kind, ruleId }, body, generation }, requester) => {
      await rules.setActions({ requester, segments: ['device', tag, kind, ruleId], generation }, body as JsonValue);
      return {};
    },
  });
}
