import type { HomeserverConfig } from '../config/index.ts';
import { openEngine } from '../engine/open-engine.ts';
import type { WithRooms } from './room-commands.ts';
import { answerRoomRequest, type AskRooms } from './room-requests.ts';
import { withDatabase } from './with-database.ts';
import { type Clock, systemRandom } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** Lends the rooms to a command. */
export function roomsOf(settings: () => HomeserverConfig): WithRooms {
  return (use) => withDatabase(settings(), false, askRoomsOn, use);
}

async function askRoomsOn(database: Database, _: unknown, clock: Clock): Promise<AskRooms> {
  // No keys: what only reads signs nothing.
  const engine = await openEngine({ database, clock, random: systemRandom(), signingKeys: new Map(), projections: [] });
  return (request) => answerRoomRequest({ engine, reader: database.reader }, request);
}
