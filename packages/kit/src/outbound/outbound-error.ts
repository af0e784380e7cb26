/**
 * Why a request to the outside has no answer. `refused-address`: all addresses of the name are closed to us. `unreachable`: no name, no
 * connection, or it broke. `certificate`: whoever answered could not prove its name. `too-large`, `timeout`: it said more, or took longer,
 * than it was given. `busy`: too many requests to it are under way. `stopped`: this program ends, or whoever asked has gone.
 */
export type OutboundFailure =
  | 'refused-address'
  | 'unreachable'
  | 'certificate'
  | 'too-large'
  | 'timeout'
  | 'malformed'
  | 'busy'
  | 'stopped';

export class OutboundError extends Error {
  readonly why: OutboundFailure;
  constructor(why: OutboundFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutboundError';
    this.why = why;
  }
}
