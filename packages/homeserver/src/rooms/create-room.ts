import type { Intent, NewRoom, RoomEngine } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import { requireInvitable, requireReachableUser, type RoomsDeps } from './deps.ts';
import { firstPowerLevels } from './first-power-levels.ts';
import type { NewRoomBody } from './new-room-request.ts';
import { type Preset, presetEvents } from './presets.ts';
import { fromTemplate } from './room-templates.ts';
import { aliasInsertion, listingChanged, publishRow } from './store.ts';
import { isJsonObject, type JsonObject, parseUserId, type RoomVersionRules, roomVersionRules } from '@hearth/protocol';
import { WriteRefused } from '@hearth/storage';

export type CreatedRoom = { readonly roomId: string; readonly alias: string | undefined };

/** Rows that belong to a new room's commit. */
type MoreRows = NonNullable<NewRoom['also']>;

/** What the steps below share. */
type Plan = {
  readonly body: NewRoomBody;
  readonly creator: string;
  readonly rules: RoomVersionRules;
  readonly preset: Preset;
  readonly alias: string | undefined;
  /** Invitees in order, each once. */
  readonly invitees: readonly string[];
};

/**
 * POST createRoom: all events as one chain in one commit, in the order that the specification gives; either the whole
 * room comes into being or nothing does.
 */
export async function createRoom(deps: RoomsDeps, creator: string, request: NewRoomBody, also?: MoreRows): Promise<CreatedRoom> {
  const { body, preset } = fromTemplate(deps.templates, request);
  const plan = await makePlan(deps, creator, body, preset);
  const creatorNumber = await deps.engine.internUser(creator);
  const now = deps.clock.now();
  const room: NewRoom = {
    rules: plan.rules,
    creator,
    creationContent: creationContent(plan),
    events: await chain(deps, plan),
    also: ({ number, roomId }) => {
      const more = also?.({ number, roomId }) ?? { statements: [], stream: [] };
      return {
        statements: [
          ...more.statements,
          ...(plan.alias === undefined ? [] : [aliasInsertion(plan.alias, number, creatorNumber, now)]),
          ...(body.visibility === 'public' ? [publishRow(number, now)] : []),
        ],
        stream: [...more.stream, ...(body.visibility === 'public' ? [listingChanged(number)] : [])],
      };
    },
  };
  const { roomId } = await submitNewRoom(deps.engine, room, plan);
  return { roomId, alias: plan.alias };
}

async function submitNewRoom(engine: RoomEngine, room: NewRoom, plan: Plan): Promise<{ readonly roomId: string }> {
  try {
    return await engine.createRoom(room);
  } catch (error) {
    if (error instanceof MatrixError && (error.errcode === 'M_FORBIDDEN' || error.errcode === 'M_INVALID_PARAM')) {
      throw new MatrixError('M_INVALID_ROOM_STATE', `The requested room cannot be set up: ${error.message}`);
    }
    // The only unique key of a new room that others may take meanwhile is its alias.
    if (error instanceof WriteRefused && error.why === 'duplicate' && plan.alias !== undefined) {
      throw new MatrixError('M_ROOM_IN_USE', `The alias ${plan.alias} is taken.`);
    }
    throw error;
  }
}

async function makePlan(deps: RoomsDeps, creator: string, body: NewRoomBody, preset: Preset): Promise<Plan> {
  const version = body.room_version ?? deps.defaultRoomVersion;
  const rules = roomVersionRules(version);
  if (!rules) throw new MatrixError('M_UNSUPPORTED_ROOM_VERSION', `This server does not know room version ${JSON.stringify(version)}.`);
  const invitees = [...new Set(body.invite ?? [])].filter((user) => user !== creator);
  for (const user of invitees) {
    requireReachableUser(deps, user);
    await requireInvitable(deps, user, creator);
  }
  for (const { type, state_key: user = '', content } of body.initial_state ?? []) {
    if (type !== 'm.room.member' || content['membership'] !== 'invite') continue;
    requireReachableUser(deps, user);
    await requireInvitable(deps, user, creator);
  }
  if ((body.invite_3pid ?? []).length > 0) {
    throw new MatrixError('M_UNKNOWN', 'Invitations by e-mail address or phone number are not offered by this server.');
  }
  const alias = body.room_alias_name === undefined ? undefined : await deps.aliases.claimable(body.room_alias_name, creator);
  return { body, creator, rules, preset, alias, invitees };
}

/** Everybody whom trusted_private_chat makes an equal of the creator. */
function equalsOf({ preset, invitees }: Plan): readonly string[] {
  return preset === 'trusted_private_chat' ? invitees : [];
}

function creationContent(plan: Plan): JsonObject {
  const given = asJson(plan.body.creation_content ?? {});
  const { creator: _creator, room_version: _version, ...rest } = given;
  if (!plan.rules.privilegedCreators) return rest;
  const named = rest['additional_creators'];
  if (named !== undefined && !(Array.isArray(named) && named.every((user) => typeof user === 'string' && parseUserId(user)))) {
    throw new MatrixError('M_INVALID_PARAM', 'additional_creators in creation_content must be a list of user ids.');
  }
  const creators = [...new Set([...((named ?? []) as string[]), ...equalsOf(plan)])].filter((user) => user !== plan.creator);
  if (creators.length > 0) return { ...rest, additional_creators: creators };
  return rest;
}

/** Steps 2 to 8 of the specification's list; the create event itself is the engine's. */
async function chain(deps: RoomsDeps, plan: Plan): Promise<Intent[]> {
  const { body, creator } = plan;
  const state = (type: string, content: JsonObject, stateKey = ''): Intent => ({
    type,
    sender: creator,
    stateKey,
    content,
    deduplicate: false,
  });
  const events: Intent[] = [
    state('m.room.member', { ...(await deps.memberProfile(creator)), membership: 'join' }, creator),
    state('m.room.power_levels', powerLevels(plan)),
  ];
  if (plan.alias !== undefined) events.push(state('m.room.canonical_alias', { alias: plan.alias }));
  const initial = initialState(plan);
  const given = new Set(initial.filter((event) => event.stateKey === '').map((event) => event.type));
  for (const { type, content } of presetEvents(plan.preset)) if (!given.has(type)) events.push(state(type, content));
  events.push(...initial);
  if (body.name !== undefined) events.push(state('m.room.name', { name: body.name }));
  if (body.topic !== undefined) events.push(state('m.room.topic', topicContent(body.topic)));
  for (const user of plan.invitees) {
    const direct = body.is_direct === true ? { is_direct: true } : {};
    events.push(state('m.room.member', { ...(await deps.memberProfile(user)), ...direct, membership: 'invite' }, user));
  }
  return events;
}

function powerLevels(plan: Plan): JsonObject {
  const override = asJson(plan.body.power_level_content_override ?? {});
  const content = firstPowerLevels({ rules: plan.rules, creator: plan.creator, equals: equalsOf(plan), override });
  const more = creationContent(plan)['additional_creators'];
  const users = content['users'];
  if (
    plan.rules.privilegedCreators &&
    Array.isArray(more) &&
    isJsonObject(users) &&
    more.some((user) => Object.hasOwn(users, String(user)))
  ) {
    throw new MatrixError(
      'M_INVALID_PARAM',
      'power_level_content_override must not name additional creators: they have all power already.',
    );
  }
  return content;
}

/** `initial_state`, of which `name` and `topic` of the request take precedence. */
function initialState({ body, creator }: Plan): Intent[] {
  const overridden = new Set<string>();
  if (body.name !== undefined) overridden.add('m.room.name');
  if (body.topic !== undefined) overridden.add('m.room.topic');
  return (body.initial_state ?? [])
    .filter(({ type, state_key: stateKey = '' }) => !(stateKey === '' && overridden.has(type)))
    .map(({ type, state_key: stateKey = '', content }) => {
      if (type === 'm.room.create') throw new MatrixError('M_INVALID_ROOM_STATE', 'initial_state must not contain m.room.create.');
      return { type, sender: creator, stateKey, content: asJson(content), deduplicate: false };
    });
}

/** Client-server API, m.room.topic: the plain form and the extensible one beside it. */
function topicContent(topic: string): JsonObject {
  return { topic, 'm.topic': { 'm.text': [{ body: topic, mimetype: 'text/plain' }] } };
}

/** The edge has parsed these bodies with the strict JSON door; the schema only forgot how precise their type is. */
function asJson(value: Record<string, unknown>): JsonObject {
  return value as JsonObject;
}
