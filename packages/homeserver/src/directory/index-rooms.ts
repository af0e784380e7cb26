import type { EventRecord } from '../engine/event-record.ts';
import type { Follower } from '../streams/follower.ts';
import type { DirectoryDeps } from './deps.ts';
import { partsOf } from './parts.ts';
import { cardOf, cardTypes, isOpen, type RoomCard } from './room-card.ts';
import {
  cardDeletion,
  cardWriting,
  openness,
  partsWriting,
  type PublishedRow,
  readAliases,
  readOpen,
  readPublished,
} from './store/rooms.ts';
import { type Statement, type StreamEntry, streamKinds } from '@hearth/storage';

/** Names the follower, its cursor and its lease: never change it. */
export const roomsFollower = 'directory-rooms';

type IndexDeps = Pick<DirectoryDeps, 'database' | 'engine' | 'caughtUp'>;

/**
 * Keeps what the list of public rooms says of them, and which rooms are open to all, beside what happens in the rooms. A room is looked
 * at as it is by now, so that it does not matter how much of the stream comes at once. Without its cursor it builds all of it anew.
 */
export function indexRooms(deps: IndexDeps): Follower {
  const { database, engine } = deps;
  return {
    name: roomsFollower,
    kinds: new Set([streamKinds.event, streamKinds.state, streamKinds.redaction, streamKinds.membership, streamKinds.listing]),
    follow: async (entries) => {
      await deps.caughtUp();
      const touched = await touchedRooms(deps, entries);
      if (touched.size === 0) return [];
      const published = new Map((await readPublished(database.reader, [...touched.keys()])).map((row) => [row.room, row]));
      const changed = [...touched].filter(([, state]) => state).map(([room]) => room);
      const open = await readOpen(database.reader, changed);
      const statements: Statement[] = [];
      for (const [room, stateChanged] of touched) {
        const row = published.get(room);
        if (!row && !stateChanged) continue;
        const head = await engine.roomByNumber(room);
        if (!head) continue;
        const card = await cardOf(engine, head, row ? await readAliases(database.reader, room) : []);
        if (stateChanged && open.has(room) !== isOpen(card)) statements.push(openness(room, isOpen(card)));
        if (row) statements.push(...cardChange(row, card, head.joinedMembers));
      }
      const withdrawn = entries.filter(({ kind, subject }) => kind === streamKinds.listing && !published.has(subject));
      return [...statements, ...withdrawn.flatMap(({ subject }) => cardDeletion(subject))];
    },
  };
}

/** The rooms of these entries of which a card may say something else by now; true where their state may have changed. */
async function touchedRooms({ engine }: IndexDeps, entries: readonly StreamEntry[]): Promise<ReadonlyMap<number, boolean>> {
  const touched = new Map<number, boolean>();
  const touch = (room: number, state: boolean): void => void touched.set(room, state || touched.get(room) === true);
  const numbers: number[] = [];
  for (const { kind, room, subject } of entries) {
    if (kind === streamKinds.event || kind === streamKinds.redaction) numbers.push(subject);
    else if (kind === streamKinds.state && room !== null) touch(room, true);
    else if (kind === streamKinds.membership) touch(subject, false);
    else if (kind === streamKinds.listing) touch(subject, false);
  }
  for (const record of await engine.events(numbers)) if (record && isOnCard(record)) touch(record.room, true);
  return touched;
}

function isOnCard({ event }: EventRecord): boolean {
  return event.stateKey === '' && (cardTypes as readonly string[]).includes(event.type);
}

function cardChange(before: PublishedRow, card: RoomCard, joined: number): readonly Statement[] {
  const { room } = before;
  const text = JSON.stringify(card);
  if (before.card === text && before.joined === joined) return [];
  const row = cardWriting({ room, joined, roomType: card.room_type, card: text });
  if (before.card === text) return [row];
  const localparts = [card.canonical_alias, ...card.aliases].flatMap((alias) => alias?.slice(1).split(':', 1) ?? []);
  return [row, ...partsWriting(room, partsOf([card.name ?? '', ...localparts, card.topic ?? '']))];
}
