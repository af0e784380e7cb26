import type { RoomEngine } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import type { Generation, Requester } from '../http/route.ts';
import { settled } from '../settled.ts';
import type { SyncSection } from '../streams/stream.ts';
import { pushRulesChange, readPushRules } from './store.ts';
import type { UsersPushRules } from './users-push-rules.ts';
import {
  deletePushRule,
  type JsonObject,
  type JsonValue,
  noPushRuleChanges,
  parsePushActions,
  parsePushEnabled,
  parsePushRule,
  parsePushRulePath,
  type PushRuleAddress,
  type PushRuleChanges,
  type PushRuleEdit,
  pushRulePart,
  type PushRulePlace,
  type PushRuleRefusal,
  pushRulesAnswer,
  type PushRulesForm,
  putPushRule,
  roomOfPushRule,
  setPushRuleActions,
  setPushRuleEnabled,
  type UserPushRule,
} from '@hearth/protocol';
import { type Database, streamKinds } from '@hearth/storage';

/** Characters of all that one user changed: some thousand rules of usual size. */
const changesCharsMax = 1024 * 1024;

/** Rooms whose counts are told anew for one change of rules: more than any request can change. */
const roomsToldMax = 10;

/** The path below pushrules/ in which a request names a rule, and the API generation that it came in by. */
export type RuleRequest = { readonly requester: Requester; readonly segments: readonly string[]; readonly generation: Generation };

export type PushRulesDeps = {
  readonly database: Database;
  readonly engine: Pick<RoomEngine, 'room'>;
  readonly users: UsersPushRules;
};

/** The push rules of users (https://spec.matrix.org/v1.19/client-server-api/#push-rules-api). */
export class PushRules {
  readonly #deps: PushRulesDeps;

  constructor(deps: PushRulesDeps) {
    this.#deps = deps;
  }

  /** GET pushrules/. */
  async all({ userId, user }: Requester, generation: Generation): Promise<JsonObject> {
    return pushRulesAnswer(userId, await this.#deps.users.of(user), formOf(generation));
  }

  /** A part of the rules by its path. 404 M_NOT_FOUND for rules that there are not. */
  async part({ requester, segments, generation }: RuleRequest): Promise<JsonValue> {
    const path = taken(parsePushRulePath(segments, { devices: generation === 'v1', reads: true })).path;
    const part = pushRulePart(requester.userId, await this.#deps.users.of(requester.user), path, formOf(generation));
    return taken(part).answer;
  }

  /** PUT pushrules/{scope}/{kind}/{ruleId}: a new rule, or new conditions and actions for one that is there. */
  async put(request: RuleRequest, body: JsonValue, place: PushRulePlace): Promise<void> {
    const { kind, ruleId, device } = addressOf(request);
    const rule = taken(parsePushRule(kind, ruleId, body)).value;
    await this.#edit(request.requester, (changes) => putPushRule(changes, device, rule, place));
  }

  /** DELETE pushrules/{scope}/{kind}/{ruleId}. */
  async delete(request: RuleRequest): Promise<void> {
    const address = addressOf(request);
    await this.#edit(request.requester, (changes) => deletePushRule(changes, address));
  }

  /** PUT …/enabled: `{"enabled": true}`, in 2015 also a bare `true`. */
  async setEnabled(request: RuleRequest, body: JsonValue): Promise<void> {
    if (typeof body === 'boolean' && request.generation !== 'v1') throw new MatrixError('M_BAD_JSON', 'The body must be an object.');
    const address = addressOf(request);
    const enabled = taken(parsePushEnabled(body)).value;
    await this.#edit(request.requester, (changes) => setPushRuleEnabled(changes, address, enabled));
  }

  /** PUT …/actions. */
  async setActions(request: RuleRequest, body: JsonValue): Promise<void> {
    const address = addressOf(request);
    const actions = taken(parsePushActions(body)).value;
    await this.#edit(request.requester, (changes) => setPushRuleActions(changes, address, actions));
  }

  /** What somebody made of a room's notifications holds for the room that replaces it too, unless they have a rule for that. */
  async carryRoom(user: number, from: string, to: string): Promise<void> {
    await this.#edit({ user }, (changes) => {
      const present = new Set(changes.rules.filter(({ ruleId }) => ruleId === to).map(({ kind }) => kind));
      const carried = changes.rules.filter(({ ruleId, kind }) => ruleId === from && !present.has(kind));
      let edit: PushRuleEdit = { ok: true, changes, changed: false };
      for (const rule of carried) {
        if (edit.ok) edit = putPushRule(edit.changes, undefined, ofRoom(rule, from, to));
        if (edit.ok && !rule.enabled) edit = setPushRuleEnabled(edit.changes, { kind: rule.kind, ruleId: to }, false);
      }
      return edit.ok && carried.length > 0 ? { ...edit, changed: true } : edit;
    });
  }

  /** `m.push_rules` among the global account data: in a first sync, and when it changed. */
  readonly section: SyncSection = {
    name: 'push-rules',
    collect: async ({ requester, window, ownEntries }, answer) => {
      const isNews = window.initial || (await ownEntries(streamKinds.accountData)).some(isPushRules);
      if (isNews) answer.accountData.push({ type: 'm.push_rules', content: await this.all(requester, 'v3') });
    },
  };

  async #edit({ user }: { readonly user: number }, edit: (changes: PushRuleChanges) => PushRuleEdit): Promise<void> {
    const { database, users } = this.#deps;
    await settled(async () => {
      const before = await readPushRules(database.reader, user);
      const changes = before === undefined ? noPushRuleChanges : (JSON.parse(before.changes) as PushRuleChanges);
      const edited = taken(edit(changes));
      if (!edited.changed) return;
      const text = JSON.stringify(edited.changes);
      if (text.length > changesCharsMax) throw new MatrixError('M_TOO_LARGE', 'Your push rules are too large together.');
      const news = { kind: streamKinds.accountData, room: null, usr: user, subject: 0, detail: 'm.push_rules' };
      const counts = await this.#roomsOf(changedRules(changes, edited.changes));
      const stream = [news, ...counts.map((room) => ({ kind: streamKinds.unread, room: null, usr: user, subject: room, detail: null }))];
      await database.write({ claims: [], statements: [pushRulesChange(user, before, text)], stream });
      users.forget(user);
    });
  }

  /** Rooms that these rules are for: what is unread there counts otherwise now, which clients are told at once. */
  async #roomsOf(rules: readonly UserPushRule[]): Promise<readonly number[]> {
    const roomIds = new Set(rules.map((rule) => roomOfPushRule({ ...rule, isDefault: false }, rule.kind)));
    const rooms = new Set<number>();
    for (const roomId of [...roomIds].slice(0, roomsToldMax)) {
      const room = roomId === undefined ? undefined : await this.#deps.engine.room(roomId);
      if (room) rooms.add(room.number);
    }
    return [...rooms];
  }
}

/** Rules that are not in both; an edit leaves those that it does not touch as they are. */
function changedRules(before: PushRuleChanges, after: PushRuleChanges): readonly UserPushRule[] {
  return [...new Set(before.rules).symmetricDifference(new Set(after.rules))];
}

/** Room rules are named for their room, and so are the override rules by which clients silence one. */
function ofRoom(rule: UserPushRule, from: string, to: string): UserPushRule {
  const { conditions } = rule;
  const moved = conditions?.map((condition) =>
    condition['key'] === 'room_id' && condition['pattern'] === from ? { ...condition, pattern: to } : condition,
  );
  return { ...rule, ruleId: to, ...(moved === undefined ? {} : { conditions: moved }) };
}

function isPushRules({ subject, detail }: { readonly subject: number; readonly detail: string | null }): boolean {
  return subject === 0 && detail === 'm.push_rules';
}

function formOf(generation: Generation): PushRulesForm {
  return generation === 'v1' ? '2015' : 'v3';
}

function addressOf({ segments, generation }: RuleRequest): PushRuleAddress {
  const { kind, ruleId, device } = taken(parsePushRulePath(segments, { devices: generation === 'v1' })).path;
  if (kind === undefined || ruleId === undefined) throw new MatrixError('M_INVALID_PARAM', 'The path names no push rule.');
  return { kind, ruleId, device };
}

/** What the protocol package says, or its refusal as an error. */
function taken<Value extends { readonly ok: true }>(outcome: Value | PushRuleRefusal): Value {
  if (outcome.ok) return outcome;
  throw new MatrixError(outcome.errcode, outcome.errcode === 'M_UNKNOWN' ? outcome.error : sentence(outcome.error), {
    status: outcome.status,
  });
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
