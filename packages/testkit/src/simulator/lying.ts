import { die, levelsOf, send, state } from './acting.ts';
import type { Step } from './plan.ts';
import { isJoined, type Process, serversIn } from './process.ts';
import type { EventRecord, RoomHead, StateView } from '@hearth/homeserver/testing';
import {
  authTypesFor,
  buildEvent,
  domainOf,
  type EventFields,
  hashAndSignEvent,
  type JsonObject,
  nextDepth,
  ownObject,
  referenceHash,
  type SigningKey,
} from '@hearth/protocol';

/** What a liar works with: its own honest view of the room. */
type Scene = {
  readonly process: Process;
  readonly head: RoomHead;
  readonly state: StateView;
  /** A user of the liar's, and somebody else's. */
  readonly user: string;
  readonly victim: string;
  readonly dice: readonly number[];
  /** The events of the newest state and of an older one. */
  readonly newest: readonly EventRecord[];
  readonly older: Place;
};

/** Where an event is put: after these, and by the authority of this state. */
type Place = { readonly prev: readonly EventRecord[]; readonly state: StateView };

type Draft = Partial<EventFields> & { readonly type: string; readonly sender: string; readonly content: JsonObject };

/** Made events, as they go over the wire: JSON that was never checked, or text that is not even that. */
type Lie = readonly (JsonObject | string)[];

const farDepth = Number.MAX_SAFE_INTEGER;
/** Before any simulation begins: the time at which old keys ended. */
export const oldKeysEnded = 1_600_000_000_000;

const lies: Readonly<Record<string, (scene: Scene) => Promise<Lie>>> = {
  forged: async (scene) => [await make(scene, message(scene.victim, 'forged'), newestPlace(scene), scene.victim)],
  'for others': async (scene) => [await make(scene, message(scene.victim, 'not mine'), newestPlace(scene))],
  'wrong hash': async (scene) => {
    const event = await make(scene, message(scene.user, 'what was hashed'), newestPlace(scene));
    return [{ ...event, content: { msgtype: 'm.text', body: 'what was not' } }];
  },
  'old key': async (scene) => {
    const key = scene.process.world.keys.old(scene.process.domain, oldKeysEnded);
    const fields = message(scene.user, 'by an old key');
    const backdated = die(scene.dice, 4) % 2 === 0 ? { originServerTs: oldKeysEnded - 1_000 } : {};
    return [await make(scene, { ...fields, ...backdated }, newestPlace(scene), undefined, key)];
  },
  'second create': async (scene) => {
    const content = { creator: scene.user, room_version: scene.head.rules.version };
    const create = { ...state('m.room.create', scene.user, content), depth: 0, prevEvents: [], authEvents: [] };
    return [await make(scene, create, newestPlace(scene))];
  },
  'before the ban': async (scene) => {
    const body = ['I am still here', 'and here'];
    const made = [];
    for (const text of body) made.push(await make(scene, message(scene.user, text), scene.older));
    const topic = { ...state('m.room.topic', scene.user, { topic: 'from before' }) };
    return [...made, await make(scene, topic, scene.older)];
  },
  'back again': async (scene) => [await make(scene, state('m.room.member', scene.user, { membership: 'join' }, scene.user), scene.older)],
  'power grab': async (scene) => {
    const before = await levelsOf(scene.state);
    const content = { ...before, users: { ...ownObject(before, 'users'), [scene.user]: 100 } };
    const place = die(scene.dice, 4) % 2 === 0 ? scene.older : newestPlace(scene);
    return [await make(scene, state('m.room.power_levels', scene.user, content), place)];
  },
  'wrong authority': async (scene) => {
    const place = newestPlace(scene);
    const odd = scene.newest.filter((_, index) => (die(scene.dice, 4) >> index) % 2 === 1).map(({ event }) => event.eventId);
    return [await make(scene, { ...message(scene.user, 'by whose authority'), authEvents: odd }, place)];
  },
  // What allowed it then is cited, though much may have happened since.
  'old authority': async (scene) => {
    const { prev } = await newestPlace(scene);
    const place = { prev, state: scene.older.state };
    return [
      await make(scene, message(scene.user, 'as I was allowed'), place),
      await make(scene, state('m.room.topic', scene.user, { topic: 'as I was allowed' }), place),
    ];
  },
  'nothing before': async (scene) => [
    await make(scene, { ...message(scene.user, 'on nothing'), prevEvents: [`$${'x'.repeat(43)}`] }, newestPlace(scene)),
  ],
  deep: async (scene) => [await make(scene, { ...message(scene.user, 'deep'), depth: farDepth }, newestPlace(scene))],
  'two tales': async (scene) => [
    await make(scene, state('m.room.topic', scene.user, { topic: 'one tale' }), newestPlace(scene)),
    await make(scene, state('m.room.topic', scene.user, { topic: 'another tale' }), newestPlace(scene)),
  ],
  'thrown out': async (scene) => [await make(scene, state('m.room.member', scene.user, { membership: 'ban' }, scene.victim), scene.older)],
  malformed: async (scene) => {
    const event = await make(scene, message(scene.user, 'odd'), newestPlace(scene));
    const text = JSON.stringify({ do: 'send', room: scene.head.roomId, pdus: [event] });
    const texts = [
      text.replace('"odd"', '"\\ud800"'),
      text.replace('"odd"', '1.5'),
      text.replace('"odd"', '1e400'),
      text.replace('"odd"', `${'['.repeat(200)}${']'.repeat(200)}`),
      text.replace('"msgtype"', '"body":"twice","msgtype"'),
      text.replace('"odd"', '9007199254740993'),
      text.replace('"odd"', '"\\u0000"'),
    ];
    return [texts[die(scene.dice, 4) % texts.length] as string];
  },
};
const kinds = Object.keys(lies);

/** Lets a lying server do one of the things that it can, towards some of the others. */
export async function lie(process: Process, step: Step): Promise<void> {
  const { world } = process;
  const { dice } = step;
  const heads: RoomHead[] = [];
  for (const { roomId } of world.rooms) {
    const head = await process.engine.room(roomId);
    if (head) heads.push(head);
  }
  const head = heads[die(dice, 1) % Math.max(1, heads.length)];
  if (!head) return;
  const scene = await sceneOf(process, head, dice);
  const kind = kinds[die(dice, 0) % kinds.length] as string;
  const made = await lies[kind]?.(scene);
  world.count(`lie: ${kind}`);
  for (const [index, what] of (made ?? []).entries()) {
    const others = [...(await serversIn(scene.state))].filter((domain) => domain !== process.domain);
    // Some are told, some are not; of two tales each hears one.
    const told = others.filter((_, place) => (die(dice, 5) >> (place + index)) % 2 === 0);
    world.note(`${process.domain} lies (${kind}) to ${told.join(', ')}`);
    for (const domain of told) void tell(process, domain, head.roomId, what);
  }
  // A hidden event of its own, in order and told to nobody, may be what the next one follows.
  if (die(dice, 3) % 4 === 0) await send(process, head.roomId, message(scene.user, 'in order'));
}

function tell(process: Process, domain: string, roomId: string, what: JsonObject | string): Promise<unknown> {
  if (typeof what !== 'string') return process.call(domain, { do: 'send', room: roomId, pdus: [what] });
  return process.alive(process.world.network.callWithText(process.domain, domain, what));
}

async function sceneOf(process: Process, head: RoomHead, dice: readonly number[]): Promise<Scene> {
  const current = process.engine.currentState(head);
  const newest = await current.all();
  const users = process.users;
  const others = process.world.users.filter((user) => domainOf(user) !== process.domain);
  const user = users[die(dice, 2) % users.length] as string;
  return {
    process,
    head,
    state: current,
    user,
    victim: others[die(dice, 3) % others.length] as string,
    dice,
    newest,
    older: await olderPlace(process, head, user, current),
  };
}

/** A point of the room where the user was joined, perhaps long ago. */
async function olderPlace(process: Process, head: RoomHead, user: string, current: StateView): Promise<Place> {
  let at = head.extremities[0] && (await process.engine.event(head.extremities[0].number));
  let found: Place | undefined;
  for (let steps = 0; at && steps < 30; steps += 1) {
    const after = await process.engine.stateAt(at.room, at.stateAfter ?? 0);
    const member = await after?.get('m.room.member', user);
    if (after && member && isJoined(member)) found = { prev: [at], state: after };
    if (found && steps > 8) break;
    const [prev] = at.event.prevEvents;
    at = prev === undefined ? undefined : await process.engine.eventById(prev);
  }
  return found ?? { prev: await endsOf(process, head), state: current };
}

function newestPlace({ process, head, state: current }: Scene): Promise<Place> {
  return endsOf(process, head).then((prev) => ({ prev, state: current }));
}

async function endsOf(process: Process, head: RoomHead): Promise<EventRecord[]> {
  const ends = await process.engine.events(head.extremities.slice(0, 20).map(({ number }) => number));
  return ends.filter((record) => record !== undefined);
}

function message(sender: string, body: string): Draft {
  return { type: 'm.room.message', sender, content: { msgtype: 'm.text', body } };
}

/** An event with any sender, at any place, signed with any key. */
async function make(
  { process, head }: Scene,
  draft: Draft,
  place: Place | Promise<Place>,
  signer: string = draft.sender,
  key: SigningKey = process.world.keys.current(process.domain),
): Promise<JsonObject> {
  const { prev, state: before } = await place;
  const { rules } = head;
  const outline = { type: draft.type, sender: draft.sender, stateKey: draft.stateKey, content: draft.content };
  const cited = (await before.getMany(authTypesFor(outline, rules))).filter((record) => record !== undefined);
  const hashes = new Map([...cited, ...prev].map(({ event }) => [event.eventId, referenceHash(event.pdu, rules)]));
  for (const eventId of [...(draft.prevEvents ?? []), ...(draft.authEvents ?? [])]) if (!hashes.has(eventId)) hashes.set(eventId, 'AAAA');
  const fields: EventFields = {
    roomId: head.roomId,
    prevEvents: prev.map(({ event }) => event.eventId),
    authEvents: cited.map(({ event }) => event.eventId),
    depth: nextDepth(prev.map(({ event }) => event.depth)),
    originServerTs: process.world.clock.now(),
    ...(rules.eventIdFormat === 'given'
      ? { eventId: `$${process.world.random.token(96)}:${process.domain}`, referenceHashes: hashes }
      : {}),
    ...draft,
  };
  const built = buildEvent(fields, rules);
  if (!built.allowed) throw new Error(built.reason);
  return hashAndSignEvent(built.event, rules, domainOf(signer) ?? process.domain, key);
}
