import type { RoomEngine } from '../engine/engine.ts';
import type { ListedRoom, PurgeLimit, RoomAdmin, ShownRoom } from '../room-admin/index.ts';
import { type GraphQuestion, readRoomGraph } from '../room-graph/read-room-graph.ts';
import type { RoomGraph } from '../room-graph/room-graph.ts';
import type { Ask } from './local-door.ts';
import type { Reader } from '@hearth/storage';

/** What the `room` commands ask: a value, so that a running server can be asked too (local-door.ts). */
export type RoomRequest =
  | { readonly ask: 'room-graph'; readonly question: GraphQuestion }
  | { readonly ask: 'room-list'; readonly after: number }
  | { readonly ask: 'room-show' | 'room-block' | 'room-unblock' | 'room-keep' | 'room-unkeep'; readonly roomId: string }
  | { readonly ask: 'room-purge'; readonly roomId: string; readonly before: PurgeLimit; readonly dryRun: boolean }
  | {
      readonly ask: 'room-shutdown';
      readonly roomId: string;
      readonly reason?: string | undefined;
      readonly thenDelete: boolean;
      readonly dryRun: boolean;
    };
export type RoomAnswer = {
  readonly graph?: RoomGraph;
  readonly rooms?: readonly ListedRoom[];
  /** For the next page of a list; absent after the last. */
  readonly next?: number;
  readonly room?: ShownRoom;
  /** Messages or members that a task is about. */
  readonly count?: number;
};
export type AskRooms = Ask<RoomRequest, RoomAnswer>;

/** Does what a command asks for. MatrixError says why something is not possible. */
export async function answerRoomRequest(
  { engine, reader, roomAdmin }: { readonly engine: RoomEngine; readonly reader: Reader; readonly roomAdmin: RoomAdmin },
  request: RoomRequest,
): Promise<RoomAnswer> {
  switch (request.ask) {
    case 'room-graph':
      return { graph: await readRoomGraph(engine, reader, request.question) };
    case 'room-list':
      return roomAdmin.list(request.after);
    case 'room-show':
      return { room: await roomAdmin.show(request.roomId) };
    case 'room-block':
      await roomAdmin.block(request.roomId);
      return {};
    case 'room-unblock':
      await roomAdmin.unblock(request.roomId);
      return {};
    case 'room-keep':
      await roomAdmin.keep(request.roomId);
      return {};
    case 'room-unkeep':
      await roomAdmin.unkeep(request.roomId);
      return {};
    case 'room-purge':
      return { count: await roomAdmin.purge(request.roomId, request.before, request.dryRun) };
    case 'room-shutdown':
      return { count: await roomAdmin.shutDown(request.roomId, request.reason, request.thenDelete, request.dryRun) };
  }
}
