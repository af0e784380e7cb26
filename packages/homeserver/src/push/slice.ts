import type { Slice } from '../slice.ts';
import type { TailConsumer } from '../streams/tail.ts';
import { deletePushRule, deletePushRuleOfDevice, deletePushRuleOfScope } from './client-api/delete-push-rules.ts';
import {
  getPushRule,
  getPushRuleActions,
  getPushRuleOfDevice,
  getPushRuleOfScope,
  getPushRulePartOfDevice,
  getPushRules,
  getPushRulesGlobal,
  getPushRulesOfKind,
  getPushRulesOfScope,
  isPushRuleEnabled,
} from './client-api/get-push-rules.ts';
import {
  setPushRule,
  setPushRuleActions,
  setPushRuleEnabled,
  setPushRuleOfDevice,
  setPushRuleOfDeviceActions,
  setPushRuleOfDeviceEnabled,
  setPushRuleOfScope,
  setPushRuleOfScopeEnabled,
} from './client-api/set-push-rules.ts';
import { PushRules, type PushRulesDeps } from './push-rules.ts';
import { UsersPushRules } from './users-push-rules.ts';

/** Push rules: what is worth a notification. `consume` must be given the stream. */
export function createPush(deps: Omit<PushRulesDeps, 'users'>): Slice & {
  readonly service: PushRules;
  readonly users: UsersPushRules;
  readonly consume: TailConsumer;
} {
  const users = new UsersPushRules(deps.database);
  const rules = new PushRules({ ...deps, users });
  const routes = [
    getPushRules,
    getPushRulesGlobal,
    getPushRulesOfScope,
    getPushRulesOfKind,
    getPushRule,
    getPushRuleOfScope,
    getPushRuleOfDevice,
    getPushRulePartOfDevice,
    isPushRuleEnabled,
    getPushRuleActions,
    setPushRule,
    setPushRuleOfScope,
    setPushRuleOfDevice,
    setPushRuleEnabled,
    setPushRuleOfScopeEnabled,
    setPushRuleOfDeviceEnabled,
    setPushRuleActions,
    setPushRuleOfDeviceActions,
    deletePushRule,
    deletePushRuleOfScope,
    deletePushRuleOfDevice,
  ].map((make) => make(rules));
  return { name: 'push', routes, streams: [rules.section], jobs: [], projections: [], service: rules, users, consume: users.consume };
}
