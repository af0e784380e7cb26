import type { DirectoryDeps } from './deps.ts';
import { Publishing } from './publishing.ts';
import { RoomList } from './room-list.ts';
import { UserSearch } from './user-search.ts';

/** What the directory slice does, for its routes. */
export class DirectoryService {
  readonly rooms: RoomList;
  readonly publishing: Publishing;
  readonly users: UserSearch;
  readonly strangersMayList: boolean;

  constructor(deps: DirectoryDeps) {
    this.rooms = new RoomList(deps);
    this.publishing = new Publishing(deps);
    this.users = new UserSearch(deps);
    this.strangersMayList = deps.settings.publicDirectory;
  }
}
