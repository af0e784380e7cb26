import { authorisation, joinOver } from './joining.ts';
import type { Step } from './plan.ts';
import { versionOf } from './plan.ts';
import { isJoined, type Process, serversIn } from './process.ts';
import { deliver, sendToServers } from './sending.ts';
import type { World } from './world.ts';
import type { Intent, RoomHead, StateView } from '@hearth/homeserver/testing';
import { domainOf, type JsonObject, namedLevels, ownObject, ownString, roomVersionRules } from '@hearth/protocol';

/** Where an act takes place, and what its dice say. */
type Scene = {
  readonly process: Process;
  readonly user: string;
  readonly target: string;
  readonly head: RoomHead;
  readonly state: StateView;
  readonly dice: readonly number[];
};

/** What a user of an honest server wants to do; undefined when there is nothing to do it to. */
type Wish = (scene: Scene) => Intent | undefined | Promise<Intent | undefined>;

const wishes: Readonly<Record<string, Wish>> = {
  message: ({ user, dice }) => ({ type: 'm.room.message', sender: user, content: { msgtype: 'm.text', body: `${die(dice, 4)}` } }),
  topic: ({ user, dice }) => state('m.room.topic', user, { topic: `${die(dice, 4)}` }),
  name: ({ user, dice }) => state('m.room.name', user, { name: `${die(dice, 4)}` }),
  rename: ({ user, dice }) => member(user, user, 'join', { displayname: `${die(dice, 4) % 5}` }),
  leave: ({ user }) => member(user, user, 'leave'),
  invite: ({ user, target }) => member(user, target, 'invite'),
  kick: ({ user, target }) => member(user, target, 'leave'),
  unban: ({ user, target }) => member(user, target, 'leave'),
  ban: ({ user, target }) => member(user, target, 'ban'),
  power: async ({ user, target, state: room, dice, head }) => {
    const level = [0, 25, 50, 75, 100][die(dice, 3) % 5] as number;
    const before = await levelsOf(room);
    const spelled = !head.rules.integerPowerLevels && die(dice, 4) % 4 === 0 ? `${level}` : level;
    return state('m.room.power_levels', user, { ...before, users: { ...ownObject(before, 'users'), [target]: spelled } });
  },
  thresholds: async ({ user, state: room, dice }) => {
    const name = namedLevels[die(dice, 3) % namedLevels.length] as string;
    const level = [0, 0, 25, 50, 75][die(dice, 4) % 5] as number;
    const before = await levelsOf(room);
    if (die(dice, 5) % 3 > 0) return state('m.room.power_levels', user, { ...before, [name]: level });
    return state('m.room.power_levels', user, { ...before, events: { ...ownObject(before, 'events'), 'm.room.topic': level } });
  },
  'join-rules': ({ user, process, dice }) => {
    const rule = ['public', 'public', 'invite', 'knock', 'restricted', 'knock_restricted'][die(dice, 3) % 6] as string;
    const { rooms } = process.world;
    const allow = [{ type: 'm.room_membership', room_id: rooms[die(dice, 4) % rooms.length]?.roomId ?? '' }];
    return state('m.room.join_rules', user, { join_rule: rule, ...(rule.endsWith('restricted') ? { allow } : {}) });
  },
  redact: async ({ user, process, head, dice }) => {
    const newest = head.extremities[0]?.number ?? 0;
    const target = await process.engine.event(Math.max(1, newest - (die(dice, 3) % 12)));
    if (target?.event.roomId !== head.roomId) return undefined;
    return { type: 'm.room.redaction', sender: user, content: {}, redacts: target.event.eventId };
  },
};

/** Lets a user of a server do something, as far as the server's own view of the room permits it. */
export async function act(process: Process, step: Step): Promise<void> {
  const { world } = process;
  const { dice } = step;
  const anybody = pick(process.users, dice, 0);
  if (step.act === 'create') return createRoom(process, anybody, dice);
  const facts = world.rooms[die(dice, 1) % Math.max(1, world.rooms.length)];
  if (!facts) return;
  const { roomId } = facts;
  const head = await process.engine.room(roomId);
  if (step.act === 'join') return join(process, head, roomId, anybody, die(dice, 3));
  if (step.act === 'knock') return knock(process, head, roomId, anybody, die(dice, 3));
  if (!head) return;
  const room = process.engine.currentState(head);
  // Mostly somebody who may do something, now and then just anybody.
  const members = die(dice, 3) % 8 > 0 ? await joinedUsers(process, room) : [];
  const user = members.length > 0 ? pick(members, dice, 0) : anybody;
  // Mostly somebody whom it concerns.
  const known = die(dice, 5) % 4 > 0 ? await knownUsers(room, step.act === 'ban' && die(dice, 5) % 2 === 0 ? liars(world) : undefined) : [];
  const target = pick(known.length > 0 ? known : world.users, dice, 2);
  const scene: Scene = { process, user, target, head, dice, state: room };
  if (step.act === 'upgrade') return upgrade(scene);
  const intent = await wishes[step.act]?.(scene);
  if (intent) await send(process, roomId, intent);
  if (step.act === 'invite') await tellOfInvite(scene);
}

/** Sends an event of a user of ours and brings it to the others; its id, or undefined when there is no new event. */
export async function send(process: Process, roomId: string, intent: Intent): Promise<string | undefined> {
  const { world } = process;
  const submitted = await process.attempt('submit', () => process.engine.submit(roomId, intent));
  if (!submitted) world.count('refused to our own users');
  if (!submitted || submitted.repeated) return undefined;
  const { event } = submitted.record;
  process.disk.answered.set(event.eventId, roomId);
  world.count('made');
  world.note(
    `${process.domain} makes ${event.eventId} ${event.type} ${event.stateKey ?? ''} by ${event.sender}: ${JSON.stringify(intent.content)}`,
  );
  void sendToServers(process, submitted.record);
  return event.eventId;
}

async function createRoom(process: Process, user: string, dice: readonly number[], predecessor?: string): Promise<void> {
  const { world } = process;
  const version = versionOf(die(dice, 3));
  const rules = roomVersionRules(version);
  if (!rules) return;
  const levels = rules.privilegedCreators ? { users: {} } : { users: { [user]: 100 } };
  const content: JsonObject = predecessor === undefined ? {} : { predecessor: { room_id: predecessor } };
  const created = await process.attempt('create', () =>
    process.engine.createRoom({
      rules,
      creator: user,
      creationContent: content,
      events: [
        member(user, user, 'join'),
        state('m.room.power_levels', user, levels),
        state('m.room.join_rules', user, { join_rule: 'public' }),
      ],
    }),
  );
  const head = created && (await process.engine.room(created.roomId));
  const create = head && (await process.engine.currentState(head).get('m.room.create', ''));
  if (!create) return;
  world.rooms.push({ roomId: head.roomId, version, createId: create.event.eventId, servers: new Set([process.domain]) });
  world.note(`${process.domain} creates ${head.roomId} of version ${version}`);
}

async function upgrade(scene: Scene): Promise<void> {
  const { process, user, head, dice } = scene;
  const tombstone = state('m.room.tombstone', user, { body: 'moved', replacement_room: '!new:room' });
  if (await send(process, head.roomId, tombstone)) await createRoom(process, user, dice, head.roomId);
}

async function join(process: Process, head: RoomHead | undefined, roomId: string, user: string, die3: number): Promise<void> {
  if (head) {
    const room = process.engine.currentState(head);
    if ((await serversIn(room)).has(process.domain)) {
      const vouched = await authorisation(process, room, head.rules, user);
      if (await send(process, roomId, member(user, user, 'join', vouched))) return;
    }
  }
  const peer = await peerWith(process, roomId, head, die3);
  if (peer !== undefined) await joinOver(process, peer, roomId, user, 'join');
}

async function knock(process: Process, head: RoomHead | undefined, roomId: string, user: string, die3: number): Promise<void> {
  if (head && (await serversIn(process.engine.currentState(head))).has(process.domain)) {
    await send(process, roomId, member(user, user, 'knock'));
    return;
  }
  // A server that knocks has no part in the room yet: it does not keep it.
  const peer = await peerWith(process, roomId, head, die3);
  if (peer !== undefined && head) await joinOver(process, peer, roomId, user, 'knock');
}

/** A server to join over: who invited us, who is known to be in the room, else who has been. */
async function peerWith(process: Process, roomId: string, head: RoomHead | undefined, die3: number): Promise<string | undefined> {
  const inviter = process.disk.invites.get(roomId);
  const known = head ? await serversIn(process.engine.currentState(head)) : new Set<string>();
  if (inviter !== undefined) known.add(inviter);
  known.delete(process.domain);
  // An alias of the room would name those who are in it.
  const candidates = known.size > 0 ? known : (process.world.rooms.find((room) => room.roomId === roomId)?.servers ?? []);
  const others = [...candidates].filter((domain) => domain !== process.domain);
  return others[die3 % Math.max(1, others.length)];
}

async function tellOfInvite({ process, target, head }: Scene): Promise<void> {
  const domain = domainOf(target) ?? '';
  const now = await process.engine.room(head.roomId);
  const invited = now && (await process.engine.currentState(now).get('m.room.member', target));
  if (domain === process.domain || ownString(invited?.event.content ?? {}, 'membership') !== 'invite' || !invited) return;
  await process.call(domain, { do: 'invite', room: head.roomId });
  await deliver(process, domain, invited);
}

export async function levelsOf(room: StateView): Promise<JsonObject> {
  return (await room.get('m.room.power_levels', ''))?.event.content ?? {};
}

async function knownUsers(room: StateView, of: ReadonlySet<string> | undefined): Promise<string[]> {
  const users = (await room.all()).filter(({ event }) => event.type === 'm.room.member').map(({ event }) => event.stateKey ?? '');
  return users.filter((user) => of === undefined || of.has(domainOf(user) ?? '')).toSorted();
}

function liars({ plan }: World): Set<string> {
  return new Set(plan.servers.filter(({ lies }) => lies).map(({ domain }) => domain));
}

/** Our users who are in a room. */
export async function joinedUsers(process: Process, room: StateView): Promise<string[]> {
  const members = await room.getMany(process.users.map((user) => ['m.room.member', user] as const));
  return process.users.filter((_, index) => members[index] && isJoined(members[index]));
}

export function state(type: string, sender: string, content: JsonObject, stateKey = ''): Intent & { stateKey: string } {
  return { type, sender, stateKey, content };
}

export function member(sender: string, user: string, membership: string, more: JsonObject = {}): Intent & { stateKey: string } {
  return state('m.room.member', sender, { membership, ...more }, user);
}

function pick(users: readonly string[], dice: readonly number[], index: number): string {
  return users[die(dice, index) % users.length] as string;
}

export function die(dice: readonly number[], index: number): number {
  return dice[index] ?? 0;
}
