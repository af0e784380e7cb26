/**
 * Unread counts without asking every member's rules about every event.
 *
 * With default rules an event either notifies everybody or nobody, but for those whom it names. So a room keeps one
 * running number of countable events, and a user's count is that number minus the number at their receipt; rows per user
 * are written only for the people an event names, and for users whose rules deviate in the room.
 *
 * What holds, exactly (unread.test.ts checks it as a property): let `deviation = pushRuleDeviation(ruleset, userId)`. If
 * `deviatesIn(deviation, event.roomId)` is false, then for every display name and member count
 *
 *     unreadOf(classifyForUnread(event, senderMayNotify), userId)
 *       = the `notify` and `highlight` of evaluatePushRules(compilePushRules(ruleset), event, { userId, … })
 *
 * The converse does not hold: rules may be said to deviate and still agree. Sounds and other tweaks are no part of it:
 * whoever pushes evaluates the rules. The sender is notified of nothing; a room's running number counts the event for
 * them too, and is right for them as long as sending moves their own receipt.
 */
import { foldCase } from '../glob.ts';
import { own, ownObject } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { defaultPushRules } from './default-rules.ts';
import { compileChecks } from './evaluate.ts';
import type { PushEvent } from './event-view.ts';
import { outcomeOf } from './outcome.ts';
import type { PushDefaults, PushRule, PushRuleKind, Ruleset } from './rule.ts';
import { pushRuleKinds } from './rule.ts';

export type UnreadClass = {
  readonly sender: string;
  /** Everybody but the sender is notified. */
  readonly countable: boolean;
  /** And it is a highlight for everybody. Implies `countable`. */
  readonly highlightsAll: boolean;
  /** Users for whom it is a notification and a highlight, whatever the two above say. Bounded by the event's size. */
  readonly mentioned: ReadonlySet<string>;
  /** The invited user, case folded: notified, not highlighted. The event is countable for nobody then. */
  readonly invited: string | undefined;
};

const nobody: ReadonlySet<string> = new Set();

/** What default rules say about an event. `senderMayNotify` is only asked for `room`, and only if the event mentions it. */
export function classifyForUnread(event: PushEvent, senderMayNotify: (key: string) => boolean, defaults: PushDefaults = {}): UnreadClass {
  const { content, sender } = event;
  // Default rules match types by globs without a wildcard, so without regard to case.
  const type = foldCase(event.type);
  const silent: UnreadClass = { sender, countable: false, highlightsAll: false, mentioned: nobody, invited: undefined };
  const counted: UnreadClass = { ...silent, countable: true };
  if (type === 'm.room.encrypted' && defaults.pushEncrypted === true) return counted;
  if (foldedText(own(content, 'msgtype')) === 'm.notice') return silent;
  if (type === 'm.room.member') {
    const isInvite = foldedText(own(content, 'membership')) === 'invite';
    return isInvite ? { ...silent, invited: foldedText(event.stateKey) } : silent;
  }
  const mentions = ownObject(content, 'm.mentions');
  const mentioned = mentions === undefined ? nobody : mentionedUsers(mentions);
  const mentionsRoom = mentions !== undefined && own(mentions, 'room') === true && senderMayNotify('room');
  if (mentionsRoom || (type === 'm.room.tombstone' && event.stateKey === '')) return { ...counted, highlightsAll: true, mentioned };
  return { ...silent, mentioned, countable: countableTypes.has(type) && !isEdit(content) };
}

/** Reactions and server ACLs are not among these, so their own rules change nothing. */
const countableTypes: ReadonlySet<string> = new Set([
  'm.room.message',
  'm.room.encrypted',
  'm.call.invite',
  'org.matrix.msc3381.poll.start',
  'org.matrix.msc3381.poll.end',
]);

/** What the class means for one user with default rules. */
export function unreadOf(unread: UnreadClass, userId: string): { readonly notify: boolean; readonly highlight: boolean } {
  if (unread.sender === userId) return { notify: false, highlight: false };
  const highlight = unread.highlightsAll || unread.mentioned.has(userId);
  const isInvited = unread.invited !== undefined && unread.invited === foldCase(userId);
  return { notify: highlight || unread.countable || isInvited, highlight };
}

/** Where a user's rules may notify or highlight otherwise than the default rules. */
export type PushRuleDeviation = {
  readonly everywhere: boolean;
  /** Ids, case folded, of rooms where they deviate if not everywhere. */
  readonly rooms: ReadonlySet<string>;
};

/** Takes a ruleset made by mergePushRules with the same `defaults`. */
export function pushRuleDeviation(ruleset: Ruleset, userId: string, defaults: PushDefaults = {}): PushRuleDeviation {
  const base = defaultPushRules(userId, defaults);
  const rooms = new Set<string>();
  // The default rule for invites has the user's id as its pattern; old accounts may have these two characters in it.
  let everywhere = /[*?]/.test(userId);
  for (const kind of pushRuleKinds) {
    for (const rule of ruleset[kind]) {
      // Whom a thread notifies is another matter for each reader.
      if (kind === 'postcontent' && rule.enabled) everywhere = true;
      const room = rule.isDefault ? (hasEffectOf(rule, base[kind], kind) ? nowhere : undefined) : whereItMatters(rule, kind);
      if (room === undefined) everywhere = true;
      else if (room !== nowhere) rooms.add(room);
    }
  }
  return { everywhere, rooms };
}

/** Whether the user's rules need to be evaluated for counts at all. */
export function rulesDeviate(deviation: PushRuleDeviation): boolean {
  return deviation.everywhere || deviation.rooms.size > 0;
}

/** Whether they need to be evaluated for counts in this room. */
export function deviatesIn(deviation: PushRuleDeviation, roomId: string): boolean {
  return deviation.everywhere || (deviation.rooms.size > 0 && deviation.rooms.has(foldCase(roomId)));
}

/**
 * Whether rules that look at nothing but the room keep everything in it silent, so that no event needs to be looked at: the master rule, or
 * an override rule for this room that no rule with another outcome stands above.
 */
export function isSilenced(ruleset: Ruleset, roomId: string): boolean {
  for (const rule of ruleset.override) {
    if (!rule.enabled) continue;
    const conditions = rule.conditions ?? [];
    if (outcomeOf(rule.actions, rule.ruleId, 'override').notify) {
      if (!conditions.some((condition) => isAnotherRoom(condition, roomId))) return false;
    } else if (conditions.every((condition) => isThisRoom(condition, roomId))) return true;
  }
  return false;
}

/** The room that a rule of the user is for; undefined for one that may match anywhere, or nowhere. */
export function roomOfPushRule(rule: PushRule, kind: PushRuleKind): string | undefined {
  if (kind === 'room') return rule.ruleId;
  return (rule.conditions ?? []).map(writtenRoom).find((room) => room !== undefined);
}

function isThisRoom(condition: JsonObject, roomId: string): boolean {
  const room = writtenRoom(condition);
  // What compares exactly holds for the room alone, what compares without case for it too.
  return room !== undefined && (own(condition, 'kind') === 'event_match' ? foldCase(room) === foldCase(roomId) : room === roomId);
}

function isAnotherRoom(condition: JsonObject, roomId: string): boolean {
  const room = writtenRoom(condition);
  return room !== undefined && foldCase(room) !== foldCase(roomId);
}

/** No room has the empty id. */
const nowhere = '';

/** Whether a default rule still does what the server defined, as far as counts go. */
function hasEffectOf(rule: PushRule, base: readonly PushRule[], kind: PushRuleKind): boolean {
  const original = base.find((other) => other.ruleId === rule.ruleId);
  return original !== undefined && effect(rule, kind) === effect(original, kind);
}

function effect(rule: PushRule, kind: PushRuleKind): string {
  if (!rule.enabled) return 'off';
  const { notify, highlight } = outcomeOf(rule.actions, rule.ruleId, kind);
  return highlight ? 'highlight' : notify ? 'notify' : 'silent';
}

/** The one room in which a rule of the user can match, `nowhere`, or undefined for any room. */
function whereItMatters(rule: PushRule, kind: PushRuleKind): string | undefined {
  if (!rule.enabled) return nowhere;
  if (kind === 'room') return foldCase(rule.ruleId);
  if (kind === 'sender') return undefined;
  if (compileChecks(rule, kind) === undefined) return nowhere;
  const rooms = (rule.conditions ?? []).map(roomOfCondition).filter((room) => room !== undefined);
  return rooms[0];
}

function roomOfCondition(condition: JsonObject): string | undefined {
  const room = writtenRoom(condition);
  return room === undefined ? undefined : foldCase(room);
}

/** The one room that a condition asks for. */
function writtenRoom(condition: JsonObject): string | undefined {
  if (own(condition, 'key') !== 'room_id') return undefined;
  const kind = own(condition, 'kind');
  const room = own(condition, kind === 'event_match' ? 'pattern' : kind === 'event_property_is' ? 'value' : '');
  if (typeof room !== 'string' || (kind === 'event_match' && /[*?]/.test(room))) return undefined;
  return room;
}

function mentionedUsers(mentions: JsonObject): ReadonlySet<string> {
  const ids = own(mentions, 'user_ids');
  return Array.isArray(ids) ? new Set((ids as readonly JsonValue[]).filter((id) => typeof id === 'string')) : nobody;
}

function isEdit(content: JsonObject): boolean {
  const relation = ownObject(content, 'm.relates_to');
  return relation !== undefined && own(relation, 'rel_type') === 'm.replace';
}

function foldedText(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? foldCase(value) : undefined;
}
