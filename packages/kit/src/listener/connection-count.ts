import type { Socket } from 'node:net';

import { addressSet, plainAddress } from '../client-address.ts';
import { network } from '../network.ts';

export const loopbackNetworks: readonly string[] = ['127.0.0.0/8', '::1'];

/** Cuts connections beyond so many from one network; those from `uncounted` networks may be any number. */
export function countConnections(perAddressMax: number, uncounted: readonly string[]): (socket: Socket) => void {
  const counts = new Map<string, number>();
  const free = addressSet(uncounted);
  return (socket) => {
    const address = plainAddress(socket.remoteAddress ?? '');
    if (free(address)) return;
    const key = network(address);
    const count = counts.get(key) ?? 0;
    if (count >= perAddressMax) {
      socket.destroy();
      return;
    }
    counts.set(key, count + 1);
    socket.once('close', () => {
      const left = (counts.get(key) ?? 1) - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    });
  };
}
