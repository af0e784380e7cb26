import { Socket, connect } from 'node:net';

import type { Network, ServiceRecord } from '../outbound/network.ts';

/**
 * A network of a test: names, their addresses and services are what the test says, and each (address, port) leads to a port of this
 * machine's loopback or to nowhere. It counts what is connected to.
 */
export class TestNetwork implements Network {
  readonly names = new Map<string, readonly string[]>();
  readonly records = new Map<string, readonly ServiceRecord[]>();
  /** By `address port`: a port of 127.0.0.1. */
  readonly ports = new Map<string, number>();
  /** `address port` of each attempt to connect. */
  readonly connects: string[] = [];
  /** Every name that was asked for. */
  readonly questions: string[] = [];

  async addresses(host: string): Promise<readonly string[]> {
    this.questions.push(host);
    return this.names.get(host) ?? [];
  }

  async services(name: string): Promise<readonly ServiceRecord[]> {
    this.questions.push(name);
    return this.records.get(name) ?? [];
  }

  connect(address: string, port: number): Socket {
    const end = `${address} ${port}`;
    this.connects.push(end);
    const real = this.ports.get(end);
    if (real !== undefined) return connect({ host: '127.0.0.1', port: real, noDelay: true });
    const nowhere = new Socket();
    setImmediate(() => nowhere.destroy(Object.assign(new Error('nobody is there'), { code: 'ECONNREFUSED' })));
    return nowhere;
  }
}
