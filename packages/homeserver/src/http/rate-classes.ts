import type { RateClass } from './route.ts';

/** So many a second in the long run, and so many at once. */
export type Rate = { readonly perSecond: number; readonly burst: number };

/**
 * The limit of each class, per user, or per address where nobody is logged in. A person with one or two clients stays far below;
 * floods of logins, rooms, invites and messages are slowed to what others do not notice. `none` is not limited.
 */
export const rateClasses: Readonly<Record<Exclude<RateClass, 'none'>, Rate>> = {
  // Clients ask for hundreds of profiles, members and pictures when they start.
  read: { perSecond: 50, burst: 500 },
  media: { perSecond: 50, burst: 500 },
  sync: { perSecond: 10, burst: 100 },
  write: { perSecond: 10, burst: 200 },
  // Somebody who pastes or forwards sends in bursts; nobody types two messages a second for long.
  message: { perSecond: 2, burst: 50 },
  keys: { perSecond: 10, burst: 200 },
  search: { perSecond: 1, burst: 30 },
  report: { perSecond: 0.1, burst: 20 },
  join: { perSecond: 0.2, burst: 30 },
  invite: { perSecond: 0.05, burst: 30 },
  'create-room': { perSecond: 0.1, burst: 20 },
  login: { perSecond: 0.05, burst: 20 },
  register: { perSecond: 0.05, burst: 15 },
  mail: { perSecond: 0.01, burst: 5 },
  // A whole server speaks from one address. Whoever has no server may make us look for one with each request.
  federation: { perSecond: 50, burst: 500 },
  admin: { perSecond: 50, burst: 500 },
};

/** Failed attempts to log in: for one account from one address, for one account from anywhere, and from one address. */
export const loginFailureRates = {
  accountAndAddress: { perSecond: 0.02, burst: 5 },
  account: { perSecond: 0.1, burst: 50 },
  address: { perSecond: 0.1, burst: 50 },
} as const satisfies Record<string, Rate>;

/** Requests with tokens that nobody has, per address. */
export const unknownTokenRate: Rate = { perSecond: 2, burst: 100 };
