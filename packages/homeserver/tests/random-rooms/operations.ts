import type { Event } from '../visibility/reference.ts';
import type { RoomModel } from './model.ts';
import type { View } from './views.ts';
import { clientPath, type Session } from '@hearth/testkit';

/** The room under test, its people (the first made it and may do everything), and what its readers believe of it. */
export type Place = {
  readonly room: string;
  readonly people: readonly Session[];
  readonly model: RoomModel;
  readonly views: readonly View[];
};

/** What somebody tries to do: whom it is done to, and a number for what else there is to choose. */
export type Choice = { readonly act: Act; readonly actor: number; readonly target: number; readonly number: number };

type Operation = {
  /** Whether the rules allow it now; what they do not is left out. */
  readonly may: (place: Place, choice: Choice) => boolean;
  readonly run: (place: Place, choice: Choice) => Promise<void>;
};

const visibilities = ['joined', 'invited', 'shared', 'world_readable'] as const;
const host = ({ people }: Place): Session => people[0] as Session;
const actorOf = ({ people }: Place, { actor }: Choice): Session => people[actor] as Session;
const targetOf = ({ people }: Place, { target }: Choice): Session => people[target] as Session;
const isIn = (place: Place, person: Session): boolean => place.model.membership(person.userId) === 'join';
/** Of those who are not the host, so that the room never loses the one who may do everything. */
const isGuest = (place: Place, person: Session): boolean => person !== host(place);

function membershipChange(from: readonly string[], change: (place: Place, person: Session) => Promise<unknown>): Operation {
  return {
    may: (place, choice) => {
      const person = targetOf(place, choice);
      return isGuest(place, person) && from.includes(place.model.membership(person.userId));
    },
    run: async (place, choice) => {
      const person = targetOf(place, choice);
      await change(place, person);
      await note(place, 'm.room.member', person.userId);
    },
  };
}

/** Asks for a state event that an endpoint without an id in its answer made. */
async function note({ room, people, model }: Place, type: string, key: string): Promise<void> {
  const path = clientPath`/rooms/${room}/state/${type}/${key}`;
  model.history.push((await (people[0] as Session).ok('GET', path, { query: { format: 'event' } })) as Event);
}

function said({ model }: Place, event: Omit<Event, 'origin_server_ts'>): void {
  model.history.push({ ...event, origin_server_ts: 0 });
}

async function setState(place: Place, type: string, key: string, content: Event['content']): Promise<void> {
  const before = place.model.history.findLast((event) => event.type === type && event.state_key === key);
  const id = await host(place).setState(place.room, type, key, content);
  // The same again makes no event.
  if (before?.event_id !== id) said(place, { event_id: id, type, state_key: key, sender: host(place).userId, content });
}

const actorIsIn: Operation['may'] = (place, choice) => isIn(place, actorOf(place, choice));
const always: Operation['may'] = () => true;

export const operations = {
  join: membershipChange(['leave', 'invite'], ({ room }, person) => person.join(room)),
  leave: membershipChange(['join', 'invite'], ({ room }, person) => person.leave(room)),
  invite: membershipChange(['leave'], (place, person) => host(place).invite(place.room, person.userId)),
  kick: membershipChange(['join', 'invite'], (place, person) => host(place).kick(place.room, person.userId)),
  ban: membershipChange(['join', 'invite', 'leave'], (place, person) => host(place).ban(place.room, person.userId)),
  unban: membershipChange(['ban'], (place, person) => host(place).unban(place.room, person.userId)),
  send: {
    may: actorIsIn,
    run: async (place, choice) => {
      const sender = actorOf(place, choice);
      const content = { msgtype: 'm.text', body: `message ${choice.number}` };
      said(place, { event_id: await sender.sendText(place.room, content.body), type: 'm.room.message', sender: sender.userId, content });
    },
  },
  redact: {
    may: ({ model }) => model.messages.length > 0,
    run: async (place, { number }) => {
      const target = place.model.messages[number % place.model.messages.length] as Event;
      const id = await host(place).redact(place.room, target.event_id);
      place.model.redacted.add(target.event_id);
      said(place, { event_id: id, type: 'm.room.redaction', sender: host(place).userId, content: {} });
    },
  },
  state: { may: always, run: (place, { number }) => setState(place, 'org.example.key', String(number % 3), { number: number % 2 }) },
  visibility: {
    may: always,
    run: (place, { number }) =>
      setState(place, 'm.room.history_visibility', '', { history_visibility: visibilities[number % visibilities.length] }),
  },
  receipt: {
    may: (place, choice) => actorIsIn(place, choice) && place.model.messages.length > 0,
    run: async (place, choice) => {
      const { event_id: id } = place.model.messages.at(-1) as Event;
      await actorOf(place, choice).ok('POST', clientPath`/rooms/${place.room}/receipt/m.read/${id}`, { body: {} });
    },
  },
  look: {
    may: always,
    run: async (place, { actor, number }) => {
      for (const view of place.views) await view.look?.(place, actor, number);
    },
  },
} as const satisfies Record<string, Operation>;

export type Act = keyof typeof operations;
export const acts = Object.keys(operations) as Act[];
