import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';

import type { Clock } from '../clock.ts';
import type { Network } from './network.ts';
import { OutboundError } from './outbound-error.ts';

/** Where a connection goes, and who must be at its end. */
export type Endpoint = {
  /** A host name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Whose certificate is asked for: a host name or an address. */
  readonly tlsName: string;
};

export type ConnectDeps = {
  readonly network: Network;
  readonly clock: Clock;
  readonly mayReach: (address: string) => boolean;
  /** Absent: the authorities that everybody trusts. */
  readonly authorities?: SecureContext;
};

/** Addresses of one name that are tried, one after the other. */
const addressesMax = 4;
const connectMsMax = 8_000;

/**
 * A TLS connection to whoever can prove to be `tlsName`. Each address is looked at here, after the name was resolved and where it is
 * connected to, so that neither a literal nor a name that answers differently the second time gets past the check.
 */
export async function secureConnect({ host, port, tlsName }: Endpoint, deps: ConnectDeps): Promise<TLSSocket> {
  const found = isIP(host) === 0 ? await resolved(host, deps.network) : [host];
  const addresses = found.filter((address) => deps.mayReach(address)).slice(0, addressesMax);
  if (found.length === 0) throw new OutboundError('unreachable', `the name ${host} has no address`);
  if (addresses.length === 0) throw new OutboundError('refused-address', `${host} is in a network that this server may not reach`);
  let failure: unknown;
  for (const address of addresses) {
    try {
      return await secured(deps.network.connect(address, port), tlsName, deps);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function resolved(host: string, network: Network): Promise<readonly string[]> {
  try {
    return await network.addresses(host);
  } catch (error) {
    throw new OutboundError('unreachable', `the name ${host} could not be resolved`, error);
  }
}

function secured(socket: Socket, tlsName: string, { clock, authorities }: ConnectDeps): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({
      socket,
      host: tlsName,
      servername: isIP(tlsName) === 0 ? tlsName : '',
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      ...(authorities === undefined ? {} : { secureContext: authorities }),
    });
    const timer = clock.setTimer(connectMsMax, () => fail(new OutboundError('timeout', `${tlsName} did not take the connection in time`)));
    const fail = (error: unknown): void => {
      timer.cancel();
      tls.destroy();
      socket.destroy();
      reject(error instanceof OutboundError ? error : connectionError(tlsName, error as NodeJS.ErrnoException));
    };
    // Not once: a socket that is destroyed may complain again, and nobody else listens yet.
    socket.on('error', fail);
    tls.on('error', fail);
    tls.once('secureConnect', () => {
      timer.cancel();
      resolve(tls);
    });
  });
}

function connectionError(tlsName: string, error: NodeJS.ErrnoException): OutboundError {
  const code = error.code ?? '';
  const aboutCertificate = /CERT|SELF_SIGNED|UNABLE_TO|^ERR_TLS_/.test(code);
  if (aboutCertificate) return new OutboundError('certificate', `the certificate does not prove that this is ${tlsName} (${code})`, error);
  return new OutboundError('unreachable', `no connection to ${tlsName}${code === '' ? '' : ` (${code})`}`, error);
}
