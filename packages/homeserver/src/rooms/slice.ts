import type { Slice } from '../slice.ts';
import { Aliases } from './aliases.ts';
import { deleteRoomAlias, getLocalAliases, getRoomIdByAlias, setRoomAlias } from './client-api/aliases.ts';
import { ban, inviteUser, kick, unban } from './client-api/change-member.ts';
import { createRoom } from './client-api/create-room.ts';
import { directRoom } from './client-api/direct-room.ts';
import { joinRoom, joinRoomById } from './client-api/join-room.ts';
import { getJoinedRooms } from './client-api/joined-rooms.ts';
import { knockRoom } from './client-api/knock-room.ts';
import { forgetRoom, leaveRoom } from './client-api/leave-room.ts';
import { getMutualRooms, getMutualRoomsUnstable } from './client-api/mutual-rooms.ts';
import { upgradeRoom } from './client-api/upgrade-room.ts';
import type { RoomsDeps } from './deps.ts';
import { finishUpgrade } from './jobs/finish-upgrade.ts';
import { guestAccessFollower, guestsLeave } from './jobs/guests-leave.ts';
import { RoomsService } from './service.ts';
import { carrySettings } from './upgrade/carry-settings.ts';

/** Rooms: making them, who is in them, what they are called. */
export function createRooms(deps: Omit<RoomsDeps, 'aliases'>): Slice & { readonly service: RoomsService } {
  const whole: RoomsDeps = { ...deps, aliases: new Aliases(deps) };
  const service = new RoomsService(whole);
  const routes = [
    createRoom,
    directRoom,
    joinRoom,
    joinRoomById,
    knockRoom,
    upgradeRoom,
    leaveRoom,
    forgetRoom,
    kick,
    ban,
    unban,
    inviteUser,
    getRoomIdByAlias,
    setRoomAlias,
    deleteRoomAlias,
    getLocalAliases,
    getJoinedRooms,
    getMutualRooms,
    getMutualRoomsUnstable,
  ].map((make) => make(service));
  return {
    name: 'rooms',
    routes,
    streams: [],
    jobs: [finishUpgrade(whole), guestsLeave(whole)],
    projections: [],
    followers: [carrySettings(whole), guestAccessFollower(whole)],
    service,
  };
}
