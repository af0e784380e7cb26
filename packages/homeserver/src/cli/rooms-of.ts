import type { HomeserverConfig, Settings } from '../config/index.ts';
import { domainsOf } from '../domains.ts';
import { openEngine } from '../engine/open-engine.ts';
import { RoomAdmin } from '../room-admin/service.ts';
import type { WithRooms } from './room-commands.ts';
import { answerRoomRequest, type AskRooms } from './room-requests.ts';
import { withDatabase } from './with-database.ts';
import { CacheBudget, type Clock, createMetrics, systemRandom } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** What one command reads again while it runs. */
const cacheBytesMax = 16 * 1024 * 1024;

/** Lends the rooms to a command. */
export function roomsOf(settings: () => HomeserverConfig): WithRooms {
  return (use) => withDatabase(settings(), false, askRoomsOn, use);
}

async function askRoomsOn(database: Database, { server }: Settings, clock: Clock): Promise<AskRooms> {
  // No keys: what only reads signs nothing.
  const caches = new CacheBudget(cacheBytesMax, clock, createMetrics());
  const engine = await openEngine({ database, clock, random: systemRandom(), signingKeys: new Map(), projections: [], caches });
  // What a command starts here is done by the server, as soon as that runs.
  const roomAdmin = new RoomAdmin({ database, engine, clock, domains: domainsOf([server.name]), pokeJobs: () => undefined });
  return (request) => answerRoomRequest({ engine, reader: database.reader, roomAdmin }, request);
}
