/** What a listener lets a client do before it is known who that is. Every number can be replaced, for tests. */
export type ListenerLimits = {
  /** Request line and headers together, in bytes. */
  readonly headBytesMax: number;
  /** From the first byte of a request until its head is complete. */
  readonly headMsMax: number;
  /** Until the whole request is there, uploads included; readers of other bodies set shorter times of their own. */
  readonly requestMsMax: number;
  /** How often the two above are looked at. */
  readonly checkEveryMs: number;
  /** How long a connection may idle between requests. Longer than the 60 s of common proxies, so that they close first. */
  readonly idleMsMax: number;
  readonly requestsPerConnectionMax: number;
  readonly connectionsMax: number;
  /** From one address (IPv6: one /64). Loopback and trusted proxies are not counted. */
  readonly connectionsPerAddressMax: number;
  readonly handshakeMsMax: number;
  /** How long what is under way may go on after `stop`. */
  readonly drainMsMax: number;
};

export const defaultLimits: ListenerLimits = {
  headBytesMax: 16 * 1024,
  headMsMax: 10_000,
  requestMsMax: 600_000,
  checkEveryMs: 5_000,
  idleMsMax: 75_000,
  requestsPerConnectionMax: 10_000,
  connectionsMax: 50_000,
  connectionsPerAddressMax: 256,
  handshakeMsMax: 10_000,
  drainMsMax: 10_000,
};
