import { command, type Statement } from '@hearth/storage';

const countServer = command(
  'engine-count-server',
  `INSERT INTO room_servers (room, server, joined) VALUES ($1, $2, $3)
   ON CONFLICT (room, server) DO UPDATE SET joined = room_servers.joined + excluded.joined`,
);

/** How many more of a server's users are joined to a room, so that nobody has to count its members to know where its events go. */
export function serverCount(room: number, server: string, joined: number): readonly Statement[] {
  return joined === 0 ? [] : [{ run: countServer, params: [room, server, joined] }];
}
