import { after } from '../parts.ts';
import { command, type Insert, point, type Reader, scan, type Statement, type StreamRow, streamKinds } from '@hearth/storage';

/** Most rooms of one list: those with the most members. Further ones are found by searching. */
export const listedMax = 5_000;
/** Aliases of one room that are told. */
const aliasesMax = 20;
/** Lists that are kept for those who page through them. */
const savedListsMax = 500;

export type PublishedRow = { readonly room: number; readonly joined: number | null; readonly card: string | null };
export type ListedRow = { readonly room: number; readonly room_type: string | null };
export type CardRow = { readonly room: number; readonly room_id: string; readonly joined: number; readonly card: string };

const publishedRow = point<{ room: number }>('directory-published', 'SELECT room FROM published_rooms WHERE room = $1');
const publishedOf = scan<PublishedRow>(
  'directory-published-of',
  'SELECT p.room, c.joined, c.card FROM published_rooms p LEFT JOIN room_cards c ON c.room = p.room WHERE p.room {in $1}',
);
const openOf = scan<{ room: number }>('directory-open-of', 'SELECT room FROM open_rooms WHERE room {in $1}');
const aliasesOf = scan<{ alias: string }>(
  'directory-aliases-of',
  `SELECT alias FROM aliases WHERE room = $1 ORDER BY alias LIMIT ${aliasesMax}`,
);
const listed = scan<ListedRow>(
  'directory-listed',
  `SELECT c.room, c.room_type FROM room_cards c WHERE c.joined > 0 ORDER BY c.joined DESC, c.room LIMIT ${listedMax}`,
);
const found = scan<ListedRow>(
  'directory-found',
  'SELECT c.room, c.room_type FROM room_cards c WHERE c.room {in $1} AND c.joined > 0 ORDER BY c.joined DESC, c.room',
);
const cards = scan<CardRow>(
  'directory-cards',
  `SELECT c.room, r.room_id, c.joined, c.card FROM room_cards c JOIN published_rooms p ON p.room = c.room JOIN rooms r ON r.number = c.room
   WHERE c.room {in $1}`,
);
const byPart = scan<{ room: number }>(
  'directory-rooms-by-part',
  `SELECT DISTINCT room FROM room_parts WHERE part >= $1 AND part < $2 LIMIT ${listedMax}`,
);
const byPartOf = scan<{ room: number }>(
  'directory-rooms-by-part-of',
  'SELECT DISTINCT room FROM room_parts WHERE room {in $1} AND part >= $2 AND part < $3',
);
const savedList = point<{ rooms: string; expires_ts: number }>(
  'directory-saved-list',
  'SELECT rooms, expires_ts FROM room_lists WHERE id = $1',
);

const insertPublished: Insert = {
  name: 'directory-publish',
  table: 'published_rooms',
  columns: [
    { name: 'room', type: 'integer' },
    { name: 'published_ts', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['room'] },
};
const insertCard: Insert = {
  name: 'directory-insert-card',
  table: 'room_cards',
  columns: [
    { name: 'room', type: 'integer' },
    { name: 'joined', type: 'integer' },
    { name: 'room_type', type: 'text' },
    { name: 'card', type: 'text' },
  ],
  onConflict: { do: 'replace', key: ['room'] },
};
const insertPart: Insert = {
  name: 'directory-insert-room-part',
  table: 'room_parts',
  columns: [
    { name: 'part', type: 'text' },
    { name: 'room', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['part', 'room'] },
};
const insertOpen: Insert = {
  name: 'directory-insert-open',
  table: 'open_rooms',
  columns: [{ name: 'room', type: 'integer' }],
  onConflict: { do: 'ignore', key: ['room'] },
};
const insertList: Insert = {
  name: 'directory-save-list',
  table: 'room_lists',
  columns: [
    { name: 'id', type: 'text' },
    { name: 'rooms', type: 'text' },
    { name: 'expires_ts', type: 'integer' },
  ],
  onConflict: { do: 'replace', key: ['id'] },
};
const deletePublished = command('directory-unpublish', 'DELETE FROM published_rooms WHERE room = $1');
const deleteCard = command('directory-delete-card', 'DELETE FROM room_cards WHERE room = $1');
const deleteParts = command('directory-delete-room-parts', 'DELETE FROM room_parts WHERE room = $1');
const deleteOpen = command('directory-delete-open', 'DELETE FROM open_rooms WHERE room = $1');
const deleteOldLists = command(
  'directory-delete-lists',
  `DELETE FROM room_lists WHERE expires_ts <= $1
   OR expires_ts < (SELECT expires_ts FROM room_lists ORDER BY expires_ts DESC LIMIT 1 OFFSET ${savedListsMax})`,
);

export async function readIsPublished(reader: Reader, room: number): Promise<boolean> {
  return (await reader.first(publishedRow, [room])) !== undefined;
}

/** Of these rooms the published ones, with the cards that they have. */
export function readPublished(reader: Reader, rooms: readonly number[]): Promise<PublishedRow[]> {
  return reader.all(publishedOf, [rooms]);
}

export async function readOpen(reader: Reader, rooms: readonly number[]): Promise<ReadonlySet<number>> {
  return new Set((await reader.all(openOf, [rooms])).map(({ room }) => room));
}

export async function readAliases(reader: Reader, room: number): Promise<string[]> {
  return (await reader.all(aliasesOf, [room])).map(({ alias }) => alias);
}

/** The published rooms with the most members, those with most first. */
export function readListed(reader: Reader): Promise<ListedRow[]> {
  return reader.all(listed, []);
}

/** The published rooms whose names, topics or aliases hold all of these, those with most members first. */
export async function readFound(reader: Reader, parts: readonly string[]): Promise<ListedRow[]> {
  let rooms: readonly number[] | undefined;
  for (const part of parts) {
    const rows = rooms === undefined ? reader.all(byPart, [part, after(part)]) : reader.all(byPartOf, [rooms, part, after(part)]);
    rooms = (await rows).map(({ room }) => room);
    if (rooms.length === 0) return [];
  }
  return rooms === undefined ? [] : reader.all(found, [rooms]);
}

/** What is told of those of these rooms that are still published. */
export function readCards(reader: Reader, rooms: readonly number[]): Promise<CardRow[]> {
  return reader.all(cards, [rooms]);
}

export async function readSavedList(
  reader: Reader,
  id: string,
): Promise<{ readonly rooms: readonly number[]; readonly expiresTs: number } | undefined> {
  const row = await reader.first(savedList, [id]);
  return row && { rooms: JSON.parse(row.rooms) as number[], expiresTs: row.expires_ts };
}

/** Keeps a list, and lets old ones go. */
export function listSaving(id: string, rooms: readonly number[], now: number, expiresTs: number): readonly Statement[] {
  return [
    { run: deleteOldLists, params: [now] },
    { insert: insertList, row: [id, JSON.stringify(rooms), expiresTs] },
  ];
}

export function publication(room: number, now: number): Statement {
  return { insert: insertPublished, row: [room, now] };
}

/** Takes a room out of the list, with all that was derived for it. */
export function unpublication(room: number): readonly Statement[] {
  return [{ run: deletePublished, params: [room] }, ...cardDeletion(room)];
}

export function cardDeletion(room: number): readonly Statement[] {
  return [
    { run: deleteCard, params: [room] },
    { run: deleteParts, params: [room] },
  ];
}

export function cardWriting(row: {
  readonly room: number;
  readonly joined: number;
  readonly roomType: string | undefined;
  readonly card: string;
}): Statement {
  const roomType = row.roomType?.replaceAll('\0', '\uFFFD').toWellFormed() ?? null;
  return { insert: insertCard, row: [row.room, row.joined, roomType, row.card] };
}

export function partsWriting(room: number, parts: Iterable<string>): readonly Statement[] {
  return [{ run: deleteParts, params: [room] }, ...[...parts].map((part) => ({ insert: insertPart, row: [part, room] }))];
}

export function openness(room: number, open: boolean): Statement {
  return open ? { insert: insertOpen, row: [room] } : { run: deleteOpen, params: [room] };
}

export function listingChanged(room: number): StreamRow {
  return { kind: streamKinds.listing, room: null, usr: null, subject: room, detail: null };
}
