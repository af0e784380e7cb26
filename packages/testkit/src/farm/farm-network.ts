import { connect, Socket } from 'node:net';

import type { Network, ServiceRecord } from '@hearth/kit';

/**
 * The internet of a farm: each host has an address of its own, and each port of it leads to one of this machine. What one server
 * sees is a view of it, so that two of them can be cut off from each other while everybody else reaches both.
 */
export class FarmNetwork {
  readonly #addresses = new Map<string, string>();
  readonly #records = new Map<string, readonly ServiceRecord[]>();
  readonly #ports = new Map<string, number>();
  readonly #cuts = new Set<string>();
  readonly #sockets = new Map<string, Set<Socket>>();

  /** Gives a host its address, and leads `port` of it to `realPort` of the loopback interface. */
  serve(host: string, port: number, realPort: number): void {
    // Addresses that look public, so that what refuses private ones is on in a farm too.
    const address = this.#addresses.get(host) ?? `1.0.0.${this.#addresses.size + 1}`;
    this.#addresses.set(host, address);
    this.#ports.set(`${address} ${port}`, realPort);
  }

  setServices(name: string, records: readonly ServiceRecord[]): void {
    this.#records.set(name, records);
  }

  /** Neither reaches the other any more, and what was open between them breaks. */
  cut(one: string, two: string): void {
    this.#cuts.add(pairOf(one, two));
    for (const socket of this.#sockets.get(pairOf(one, two)) ?? []) socket.destroy();
  }

  mend(one: string, two: string): void {
    this.#cuts.delete(pairOf(one, two));
  }

  /** The network as it is seen from a host. */
  from(host: string): Network {
    return {
      addresses: async (name) => {
        const address = this.#addresses.get(name);
        return address === undefined ? [] : [address];
      },
      services: async (name) => this.#records.get(name) ?? [],
      connect: (address, port) => this.#connect(host, address, port),
    };
  }

  #connect(from: string, address: string, port: number): Socket {
    const [to] = [...this.#addresses].find(([, its]) => its === address) ?? [''];
    const realPort = this.#ports.get(`${address} ${port}`);
    const pair = pairOf(from, to);
    if (realPort === undefined || this.#cuts.has(pair)) return nowhere();
    const socket = connect({ host: '127.0.0.1', port: realPort, noDelay: true });
    const open = this.#sockets.get(pair) ?? new Set();
    this.#sockets.set(pair, open.add(socket));
    return socket.on('close', () => open.delete(socket));
  }
}

function pairOf(one: string, two: string): string {
  return [one, two].sort().join(' ');
}

function nowhere(): Socket {
  const socket = new Socket();
  setImmediate(() => socket.destroy(Object.assign(new Error('nobody is there'), { code: 'ECONNREFUSED' })));
  return socket;
}
