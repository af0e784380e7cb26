/**
 * The rules that every user starts with: those of
 * https://spec.matrix.org/v1.19/client-server-api/#predefined-rules, in that order, and rules that today's clients look for:
 * MSC4028's for encrypted events, MSC3930's for polls, and MSC4306's for threads that one follows or does not. The last two
 * start disabled, since with them nobody hears of a thread before their client has subscribed to it, and most clients never do.
 */
import type { JsonObject } from '../json/value.ts';
import { threadSubscription } from './condition.ts';
import type { PushActions, PushDefaults, PushRule, Ruleset } from './rule.ts';

/** The default rules of a user. Those that name the user have the id in their conditions. */
export function defaultPushRules(userId: string, defaults: PushDefaults = {}): Ruleset {
  return {
    override: [
      { ...rule('.m.rule.master', [], []), enabled: false },
      { ...rule('.m.rule.encrypted_event', [type('m.room.encrypted')], ['notify']), enabled: defaults.pushEncrypted ?? false },
      rule('.m.rule.suppress_notices', [match('content.msgtype', 'm.notice')], []),
      rule(
        '.m.rule.invite_for_me',
        [type('m.room.member'), match('content.membership', 'invite'), match('state_key', userId)],
        ['notify', sound('default')],
      ),
      rule('.m.rule.member_event', [type('m.room.member')], []),
      rule('.m.rule.is_user_mention', [contains('content.m\\.mentions.user_ids', userId)], ['notify', sound('default'), highlight]),
      rule('.m.rule.is_room_mention', [is('content.m\\.mentions.room', true), mayNotify('room')], ['notify', highlight]),
      rule('.m.rule.tombstone', [type('m.room.tombstone'), match('state_key', '')], ['notify', highlight]),
      rule('.m.rule.reaction', [type('m.reaction')], []),
      rule('.m.rule.room.server_acl', [type('m.room.server_acl'), match('state_key', '')], []),
      rule('.m.rule.suppress_edits', [is('content.m\\.relates_to.rel_type', 'm.replace')], []),
      rule('.org.matrix.msc3930.rule.poll_response', [type('org.matrix.msc3381.poll.response')], []),
    ],
    content: [],
    postcontent: [
      { ...rule('.io.element.msc4306.rule.unsubscribed_thread', [followed(false)], []), enabled: false },
      { ...rule('.io.element.msc4306.rule.subscribed_thread', [followed(true)], ['notify', sound('default')]), enabled: false },
    ],
    room: [],
    sender: [],
    underride: [
      rule('.m.rule.call', [type('m.call.invite')], ['notify', sound('ring')]),
      rule('.m.rule.encrypted_room_one_to_one', [memberCount('2'), type('m.room.encrypted')], ['notify', sound('default')]),
      rule('.m.rule.room_one_to_one', [memberCount('2'), type('m.room.message')], ['notify', sound('default')]),
      rule('.m.rule.message', [type('m.room.message')], ['notify']),
      rule('.m.rule.encrypted', [type('m.room.encrypted')], ['notify']),
      ...pollRules('start'),
      ...pollRules('end'),
    ],
  };
}

/** The rule that turns everything off stands above the rules of the user, all other default rules below. */
export const masterRuleId = '.m.rule.master';

function rule(ruleId: string, conditions: readonly JsonObject[], actions: PushActions): PushRule {
  return { ruleId, isDefault: true, enabled: true, conditions, actions };
}

function pollRules(what: 'start' | 'end'): readonly PushRule[] {
  const poll = type(`org.matrix.msc3381.poll.${what}`);
  return [
    rule(`.org.matrix.msc3930.rule.poll_${what}_one_to_one`, [memberCount('2'), poll], ['notify', sound('default')]),
    rule(`.org.matrix.msc3930.rule.poll_${what}`, [poll], ['notify']),
  ];
}

function followed(subscribed: boolean): JsonObject {
  return { kind: threadSubscription, subscribed };
}

function match(key: string, pattern: string): JsonObject {
  return { kind: 'event_match', key, pattern };
}

function type(pattern: string): JsonObject {
  return match('type', pattern);
}

function is(key: string, value: string | boolean): JsonObject {
  return { kind: 'event_property_is', key, value };
}

function contains(key: string, value: string): JsonObject {
  return { kind: 'event_property_contains', key, value };
}

function memberCount(count: string): JsonObject {
  return { kind: 'room_member_count', is: count };
}

function mayNotify(key: string): JsonObject {
  return { kind: 'sender_notification_permission', key };
}

function sound(value: string): JsonObject {
  return { set_tweak: 'sound', value };
}

const highlight: JsonObject = { set_tweak: 'highlight' };
