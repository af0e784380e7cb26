export { keeperOf } from './keeper.ts';
export type { ListedRoom, PurgeLimit, RoomAdmin, ShownRoom } from './service.ts';
