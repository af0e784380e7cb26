import { eachOf, type Server } from './server.ts';
import type { User } from './users.ts';

const atOnce = 8;

/** Makes a room for each list of members; the first of each makes it and the others join. Returns the rooms' ids. */
export function createRooms(server: Server, memberLists: readonly (readonly User[])[]): Promise<string[]> {
  return eachOf(memberLists, atOnce, async ([creator, ...others]) => {
    const body = { preset: 'public_chat', name: 'Measured' };
    const { room_id: roomId } = (await server.ok({
      method: 'POST',
      path: '/_matrix/client/v3/createRoom',
      token: creator?.token,
      body,
    })) as {
      room_id: string;
    };
    // One after the other: each join changes the state that the next one builds on.
    for (const { token } of others)
      await server.ok({ method: 'POST', path: `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`, token, body: {} });
    return roomId;
  });
}

/** Who sends to which rooms: with fewer rooms than users a room has several, with more a user has several. */
export function shareOut(users: number, rooms: number): { readonly membersOf: number[][]; readonly roomsOf: number[][] } {
  const membersOf: number[][] = Array.from({ length: rooms }, () => []);
  const roomsOf: number[][] = Array.from({ length: users }, () => []);
  for (let index = 0; index < Math.max(users, rooms); index++) {
    membersOf[index % rooms]?.push(index % users);
    roomsOf[index % users]?.push(index % rooms);
  }
  return { membersOf, roomsOf };
}
