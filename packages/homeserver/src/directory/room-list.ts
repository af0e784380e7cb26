import { createHash } from 'node:crypto';

import { MatrixError } from '../http/errors.ts';
import type { DirectoryDeps } from './deps.ts';
import { roomsFollower } from './index-rooms.ts';
import { wantedParts } from './parts.ts';
import type { RoomCard } from './room-card.ts';
import { type CardRow, type ListedRow, listSaving, readCards, readFound, readListed, readSavedList } from './store/rooms.ts';
import { parseServerName } from '@hearth/protocol';

/** Rooms of one page, at most and where nobody says how many. */
const pageMax = 500;
const pageDefault = 100;
/** How long a list holds still for whoever pages through it. */
const heldMs = 10 * 60_000;
/** A list that is asked for again is not written again before it has lost so much of its time. */
const renewMs = 60_000;

export type ListRequest = {
  readonly limit?: number | undefined;
  readonly since?: string | undefined;
  readonly server?: string | undefined;
  readonly search?: string | undefined;
  /** null stands for rooms without a type. */
  readonly roomTypes?: readonly (string | null)[] | undefined;
  /** Makes tokens for both ends of every page, as clients of 2015 expect. */
  readonly bothTokens?: boolean;
};

export type ListedRoom = Omit<CardRow, 'card' | 'room'> & { readonly card: RoomCard };
export type ListPage = {
  readonly rooms: readonly ListedRoom[];
  readonly total: number;
  readonly next?: string;
  readonly previous?: string;
};

/** The whole of a list as it was when its first page was read, and where the wanted page stands in it. */
type Place = { readonly rooms: readonly number[]; readonly start: number; readonly end: number };

/** The list of public rooms, in pages of a list that holds still while somebody turns them. */
export class RoomList {
  readonly #deps: DirectoryDeps;

  constructor(deps: DirectoryDeps) {
    this.#deps = deps;
  }

  async page(request: ListRequest): Promise<ListPage> {
    this.#requireLocal(request.server);
    const limit = Math.min(request.limit === undefined || request.limit === 0 ? pageDefault : request.limit, pageMax);
    const { rooms, start, end } =
      request.since === undefined ? await this.#first(request, limit) : await this.#turned(request.since, limit);
    const cards = new Map((await readCards(this.#deps.database.reader, rooms.slice(start, end))).map((row) => [row.room, row]));
    const shown = rooms.slice(start, end).flatMap((room) => listed(cards.get(room)));
    const both = request.bothTokens === true;
    if (!both && start === 0 && end === rooms.length) return { rooms: shown, total: rooms.length };
    const id = await this.#save(rooms);
    return {
      rooms: shown,
      total: rooms.length,
      ...(both || end < rooms.length ? { next: `f_${end}_${id}` } : {}),
      ...(both || start > 0 ? { previous: `b_${start}_${id}` } : {}),
    };
  }

  async #first({ search = '', roomTypes }: ListRequest, limit: number): Promise<Place> {
    const { database, catchUp } = this.#deps;
    await catchUp(roomsFollower);
    const all = search.trim() === '' ? await readListed(database.reader) : await readFound(database.reader, wantedParts(search));
    const rooms = all.filter((row) => isOfType(row, roomTypes)).map(({ room }) => room);
    return { rooms, start: 0, end: Math.min(limit, rooms.length) };
  }

  async #turned(since: string, limit: number): Promise<Place> {
    const [, direction, at = '', id = ''] = /^([fb])_(\d{1,6})_([\w-]{22})$/.exec(since) ?? [];
    if (direction === undefined) throw new MatrixError('M_INVALID_PARAM', 'This is not a token of the list of public rooms.');
    const saved = await readSavedList(this.#deps.database.reader, id);
    if (saved === undefined || saved.expiresTs <= this.#deps.clock.now()) {
      throw new MatrixError('M_INVALID_PARAM', 'This token of the list of public rooms has expired. Read the list from its beginning.');
    }
    const offset = Math.min(Number(at), saved.rooms.length);
    if (direction === 'b') return { rooms: saved.rooms, start: Math.max(0, offset - limit), end: offset };
    return { rooms: saved.rooms, start: offset, end: Math.min(saved.rooms.length, offset + limit) };
  }

  /** Equal lists are one, however many people page through them. */
  async #save(rooms: readonly number[]): Promise<string> {
    const { database, clock } = this.#deps;
    const id = createHash('sha256').update(JSON.stringify(rooms)).digest('base64url').slice(0, 22);
    const now = clock.now();
    const saved = await readSavedList(database.reader, id);
    if (saved && saved.expiresTs > now + heldMs - renewMs) return id;
    await database.write({ claims: [], statements: listSaving(id, rooms, now, now + heldMs), stream: [] });
    return id;
  }

  #requireLocal(server: string | undefined): void {
    if (server === undefined || this.#deps.domains.isLocal(server)) return;
    if (!parseServerName(server)) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(server)} is not the name of a server.`);
    throw new MatrixError('M_UNKNOWN', `The list of ${server} cannot be read: this server does not talk to other servers yet.`);
  }
}

function isOfType({ room_type: type }: ListedRow, wanted: ListRequest['roomTypes']): boolean {
  return wanted === undefined || wanted.includes(type);
}

function listed(row: CardRow | undefined): readonly ListedRoom[] {
  return row === undefined ? [] : [{ room_id: row.room_id, joined: row.joined, card: JSON.parse(row.card) as RoomCard }];
}
