/** Small builders that the tests of push/ share. */
import type { UserPushRule } from '../push/changes.ts';
import type { PushContext } from '../push/condition.ts';
import type { PushEvent } from '../push/event-view.ts';

export const me = '@me:a.example';
export const you = '@you:a.example';
export const roomId = '!room:a.example';

export function pushEvent(event: Partial<PushEvent> & { readonly type: string }): PushEvent {
  return { eventId: '$event', roomId, sender: you, stateKey: undefined, content: {}, originServerTs: 1000, ...event };
}

export function pushContext(context: Partial<PushContext> = {}): PushContext {
  return { userId: me, displayName: 'Ada', memberCount: 5, senderMayNotify: () => true, ...context };
}

export function userRule(rule: Partial<UserPushRule> & Pick<UserPushRule, 'kind' | 'ruleId'>): UserPushRule {
  return { enabled: true, actions: [], ...rule };
}
