import type { Follower } from '../../../streams/follower.ts';
import { queueRows, readRoomServers } from './queue-store.ts';
import { domainOf, type JsonObject, parseServerName } from '@hearth/protocol';
import { type Database, type Statement, type StreamEntry, streamKinds } from '@hearth/storage';

/** Events as the engine hands them out, as far as they matter to others. */
export type OutgoingEvent = {
  readonly room: number;
  readonly verdict: string;
  readonly event: { readonly type: string; readonly sender: string; readonly stateKey?: string | undefined; readonly pdu: JsonObject };
};

export type RouterDeps = {
  readonly database: Database;
  readonly events: (numbers: readonly number[]) => Promise<readonly (OutgoingEvent | undefined)[]>;
  readonly isOurs: (serverName: string) => boolean;
  readonly mayAsk: (serverName: string) => boolean;
  /** Something waits now. */
  readonly queued: () => void;
};

/** Reads the stream once for all destinations, and queues each event of ours for the servers that are in its room. */
export function routeEvents({ database, events, isOurs, mayAsk, queued }: RouterDeps): Follower {
  return {
    name: 'federation', // of its cursor and its lease: never change it
    kinds: new Set([streamKinds.event]),
    rests: false,
    follow: async (entries: readonly StreamEntry[]): Promise<readonly Statement[]> => {
      const records = await events(entries.map(({ subject }) => subject));
      const rows: Statement[] = [];
      const inRoom = new Map<number, readonly string[]>();
      for (const [index, entry] of entries.entries()) {
        const record = records[index];
        if (record?.verdict !== 'accepted' || !isOurs(domainOf(record.event.sender) ?? '')) continue;
        const servers = inRoom.get(record.room) ?? (await readRoomServers(database.reader, record.room));
        inRoom.set(record.room, servers);
        rows.push(...queueRows(destinationsOf(record, servers), entry.position, record.room, entry.subject));
      }
      return rows;
    },
    committed: queued,
  };

  /** Also the server of a member who has just been sent away: it has a right to know. */
  function destinationsOf({ event }: OutgoingEvent, inRoom: readonly string[]): readonly string[] {
    const servers = new Set(inRoom);
    const concerned = event.type === 'm.room.member' ? domainOf(event.stateKey ?? '') : undefined;
    if (concerned !== undefined) servers.add(concerned);
    return [...servers].filter((server) => parseServerName(server) !== undefined && !isOurs(server) && mayAsk(server));
  }
}
