import { fillGaps } from './filling.ts';
import { objects, strings } from './network.ts';
import { isJoined, type Process } from './process.ts';
import type { StateView } from '@hearth/homeserver/testing';
import {
  addEventSignature,
  authTypesFor,
  createEvent,
  domainOf,
  type JsonObject,
  namedLevel,
  nextDepth,
  ownObject,
  ownString,
  type PduEvent,
  parsePdu,
  powerLevels,
  referenceHash,
  roomVersionRules,
  type RoomVersionRules,
  userLevel,
} from '@hearth/protocol';

/** Of so many joins one takes the room in by its state. */
const byStateOneIn = 3;

/** What a server in a room proposes to one that is not: the event's place, which the other signs. */
export async function templateFor(process: Process, roomId: string, user: string, membership: string): Promise<JsonObject> {
  const head = await process.engine.room(roomId);
  if (!head) return { error: 'M_NOT_FOUND' };
  const state = process.engine.currentState(head);
  const content: JsonObject = { membership, ...(membership === 'join' ? await authorisation(process, state, head.rules, user) : {}) };
  const outline = { type: 'm.room.member', sender: user, stateKey: user, content };
  const cited = (await state.getMany(authTypesFor(outline, head.rules))).filter((record) => record !== undefined);
  const ends = head.extremities.slice(0, 20);
  const hashes = [];
  for (const number of [...cited.map((record) => record.number), ...ends.map((end) => end.number)]) {
    const record = await process.engine.event(number);
    if (record) hashes.push([record.event.eventId, referenceHash(record.event.pdu, record.rules)]);
  }
  return {
    version: head.rules.version,
    content,
    prev: ends.map(({ eventId }) => eventId),
    auth: cited.map(({ event }) => event.eventId),
    depth: nextDepth([head.depth]),
    hashes,
  };
}

/** For a restricted room: who of us lets the user in, if they are in one of the rooms that open this one. */
export async function authorisation(process: Process, state: StateView, rules: RoomVersionRules, user: string): Promise<JsonObject> {
  const [join, member, create, levels] = await state.getMany([
    ['m.room.join_rules', ''],
    ['m.room.member', user],
    ['m.room.create', ''],
    ['m.room.power_levels', ''],
  ]);
  const rule = ownString(join?.event.content ?? {}, 'join_rule');
  const isRestricted = (rule === 'restricted' && rules.restrictedJoin) || (rule === 'knock_restricted' && rules.knockRestricted);
  if (!isRestricted || ['join', 'invite'].includes(ownString(member?.event.content ?? {}, 'membership') ?? '')) return {};
  for (const allow of objects(join?.event.content['allow'])) {
    const head = await process.engine.room(ownString(allow, 'room_id') ?? '');
    const there = head && (await process.engine.currentState(head).get('m.room.member', user));
    if (!there || !isJoined(there)) continue;
    const power = powerLevels(rules, create?.event, levels?.event);
    for (const ours of process.users) {
      const mine = await state.get('m.room.member', ours);
      if (mine && isJoined(mine) && userLevel(power, ours) >= namedLevel(power, 'invite'))
        return { join_authorised_via_users_server: ours };
    }
  }
  return {};
}

/** The second signature of a join that we vouch for. */
export function signJoin(process: Process, pdu: JsonObject, rules: RoomVersionRules): JsonObject {
  const voucher = domainOf(ownString(ownObject(pdu, 'content') ?? {}, 'join_authorised_via_users_server') ?? '');
  if (voucher !== process.domain || !parsePdu(pdu, rules).allowed) return pdu;
  return addEventSignature(pdu, rules, process.domain, process.world.keys.current(process.domain));
}

/** Lets a user of ours into a room by way of a server that is in it, also when we do not have the room. */
export async function joinOver(process: Process, peer: string, roomId: string, user: string, membership: 'join' | 'knock'): Promise<void> {
  const template = await process.call(peer, { do: 'make', room: roomId, user, membership });
  const rules = roomVersionRules(ownString(template ?? {}, 'version') ?? '');
  if (!template || !rules) return;
  const event = fromTemplate(process, template, rules, roomId, user, membership);
  if (!event) return;
  const answer = await process.call(peer, { do: 'send-membership', room: roomId, pdus: [event.pdu] });
  const signed = ownObject(answer ?? {}, 'event');
  if (!answer || !signed) return;
  process.world.note(`${process.domain} has ${user} ${membership} ${roomId} over ${peer}: ${event.eventId}`);
  process.world.rooms.find((room) => room.roomId === roomId)?.servers.add(process.domain);
  if (!(await process.engine.room(roomId))) {
    const told = { state: objects(answer['state']), chain: objects(answer['chain']), signed };
    // Mostly from the beginning: then the whole graph is here, and all of it can be compared.
    const byState = process.world.random.integer(byStateOneIn) === 0;
    if (!(await (byState ? importState(process, peer, roomId, rules, told) : importBeginning(process, roomId, rules, told)))) return;
  }
  await process.receive(roomId, [signed], peer);
  if (process.waitingIn(roomId).size > 0) void fillGaps(process, roomId);
}

type Bundle = { readonly stateEvents: readonly JsonObject[]; readonly authChain: readonly JsonObject[]; readonly event: JsonObject };
/** What the other server says of the room. */
type Told = { readonly state: readonly JsonObject[]; readonly chain: readonly JsonObject[]; readonly signed: JsonObject };

function fromTemplate(
  process: Process,
  template: JsonObject,
  rules: RoomVersionRules,
  roomId: string,
  user: string,
  membership: string,
): PduEvent | undefined {
  const voucher = ownString(ownObject(template, 'content') ?? {}, 'join_authorised_via_users_server');
  const hashes = Array.isArray(template['hashes']) ? template['hashes'].map((pair) => strings(pair)) : [];
  const depth = template['depth'];
  const built = createEvent(
    {
      type: 'm.room.member',
      sender: user,
      stateKey: user,
      roomId,
      content: { membership, ...(voucher === undefined ? {} : { join_authorised_via_users_server: voucher }) },
      prevEvents: strings(template['prev']),
      authEvents: strings(template['auth']),
      depth: typeof depth === 'number' ? depth : 0,
      originServerTs: process.world.clock.now() + process.plan.skewMs,
      ...(rules.eventIdFormat === 'given'
        ? {
            eventId: `$${process.world.random.token(96)}:${process.domain}`,
            referenceHashes: new Map(hashes.map(([eventId, hash]) => [eventId ?? '', hash ?? ''])),
          }
        : {}),
    },
    rules,
    process.domain,
    process.world.keys.current(process.domain),
  );
  return built.allowed ? built.event : undefined;
}

/** A room that is not here yet begins with the state that another server tells. What came before it stays unknown. */
async function importState(process: Process, peer: string, roomId: string, rules: RoomVersionRules, told: Told): Promise<boolean> {
  const { state, chain, signed } = told;
  process.disk.begunByState.add(roomId);
  const isLiar = process.world.plan.servers.some(({ domain, lies }) => lies && domain === peer);
  if (isLiar) process.disk.misled.add(roomId);
  return imported(process, roomId, rules, { stateEvents: state, authChain: chain, event: signed });
}

/** A room that is not here yet begins with its first member; what came after is fetched as a gap is. */
async function importBeginning(process: Process, roomId: string, rules: RoomVersionRules, { state, chain }: Told): Promise<boolean> {
  const events = [...state, ...chain].map((pdu) => parsePdu(pdu, rules)).flatMap((parsed) => (parsed.allowed ? [parsed.event] : []));
  const create = events.find(({ type, roomId: room }) => type === 'm.room.create' && room === roomId);
  const first = events.find(
    ({ prevEvents, stateKey, sender }) => stateKey === sender && prevEvents.length === 1 && prevEvents[0] === create?.eventId,
  );
  if (!create || !first) return false;
  return imported(process, roomId, rules, { stateEvents: [create.pdu], authChain: [], event: first.pdu });
}

async function imported(process: Process, roomId: string, rules: RoomVersionRules, bundle: Bundle): Promise<boolean> {
  const { keyOf } = process.world.keys;
  const outcome = await process.attempt('import', () => process.engine.importRoom({ ...bundle, roomId, version: rules.version, keyOf }));
  if (outcome && !('head' in outcome)) process.world.note(`${process.domain} cannot import ${roomId}: ${outcome.reason}`);
  process.world.count(outcome && 'head' in outcome ? 'rooms imported' : 'rooms not imported');
  return outcome !== undefined && 'head' in outcome;
}
