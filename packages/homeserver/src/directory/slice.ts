import type { Slice } from '../slice.ts';
import { getPublicRooms, getPublicRooms2015, queryPublicRooms } from './client-api/public-rooms.ts';
import { getRoomVisibility, setRoomVisibility } from './client-api/room-visibility.ts';
import { searchUserDirectory } from './client-api/search-users.ts';
import type { DirectoryDeps } from './deps.ts';
import { indexRooms } from './index-rooms.ts';
import { indexUsers } from './index-users.ts';
import { DirectoryService } from './service.ts';

/** Finding rooms and people that one does not know yet. */
export function createDirectory(deps: DirectoryDeps): Slice & { readonly service: DirectoryService } {
  const service = new DirectoryService(deps);
  return {
    name: 'directory',
    routes: [getPublicRooms, getPublicRooms2015, queryPublicRooms, getRoomVisibility, setRoomVisibility, searchUserDirectory].map((make) =>
      make(service),
    ),
    streams: [],
    jobs: [],
    projections: [],
    service,
    followers: [indexRooms(deps), indexUsers(deps)],
  };
}
