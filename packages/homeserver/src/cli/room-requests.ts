import type { RoomEngine } from '../engine/engine.ts';
import { type GraphQuestion, readRoomGraph } from '../room-graph/read-room-graph.ts';
import type { RoomGraph } from '../room-graph/room-graph.ts';
import type { Ask } from './local-door.ts';
import type { Reader } from '@hearth/storage';

/** What the `room` commands ask: a value, so that a running server can be asked too (local-door.ts). */
export type RoomRequest = { readonly ask: 'room-graph'; readonly question: GraphQuestion };
export type RoomAnswer = { readonly graph: RoomGraph };
export type AskRooms = Ask<RoomRequest, RoomAnswer>;

/** Does what a command asks for. MatrixError says why something is not possible. */
export async function answerRoomRequest(
  { engine, reader }: { readonly engine: RoomEngine; readonly reader: Reader },
  { question }: RoomRequest,
): Promise<RoomAnswer> {
  return { graph: await readRoomGraph(engine, reader, question) };
}
