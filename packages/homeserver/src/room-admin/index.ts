export type { ListedRoom, PurgeLimit, RoomAdmin, ShownRoom } from './service.ts';
