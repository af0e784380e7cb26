import type { Slice } from '../slice.ts';
import { deleteRoom } from './jobs/delete-room.ts';
import { purgeHistory } from './jobs/purge-history.ts';
import { keeperComesOrGoes } from './jobs/settle-keeper.ts';
import { shutDownRoom } from './jobs/shut-down-room.ts';
import { RoomAdmin, type RoomAdminDeps } from './service.ts';
import { RoomWork } from './work.ts';

/** What operators do to rooms: purge their history, block them, shut them down, delete them. */
export function createRoomAdmin(deps: RoomAdminDeps): Slice & { readonly service: RoomAdmin } {
  const work = new RoomWork(deps);
  const jobs = [purgeHistory, shutDownRoom, deleteRoom, keeperComesOrGoes].map((make) => make(work));
  return { name: 'room-admin', routes: [], streams: [], jobs, projections: [], service: new RoomAdmin(deps) };
}
