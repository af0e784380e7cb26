export { deviceSettingsEnd } from './device-settings.ts';
export { carryRoomData } from './carry-room.ts';
export type { InviteVerdict } from './invite-rules.ts';
export { DirectRooms, type Listing } from './direct-rooms.ts';
export { accountDataChange } from './service.ts';
