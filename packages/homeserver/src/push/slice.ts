import type { Slice } from '../slice.ts';
import {
  getPushRule,
  getPushRuleActions,
  getPushRules,
  getPushRulesGlobal,
  getPushRulesOfKind,
  getPushRulesOfScope,
  isPushRuleEnabled,
} from './client-api/get-push-rules.ts';
import { PushRules } from './push-rules.ts';

/** Push rules: what is worth a notification. */
export function createPush(): Slice & { readonly service: PushRules } {
  const rules = new PushRules();
  const routes = [
    getPushRules,
    getPushRulesGlobal,
    getPushRulesOfScope,
    getPushRulesOfKind,
    getPushRule,
    isPushRuleEnabled,
    getPushRuleActions,
  ].map((make) => make(rules));
  return { name: 'push', routes, streams: [rules.section], jobs: [], projections: [], service: rules };
}
