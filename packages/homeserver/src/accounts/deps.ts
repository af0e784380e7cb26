import type { Domains } from '../domains.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { RateLimiter } from '../http/rate-limit.ts';
import type { CacheBudget, Clock, Passwords, Random, Secret } from '@hearth/kit';
import type { Database, Reader, Statement, StreamRow } from '@hearth/storage';

/** Numbers of user ids; the engine has them, and so has its `Interner` alone, for programs that need no engine. */
export type Users = Pick<RoomEngine, 'internUser' | 'findUser' | 'userIds'>;

/** `erase`: the user wants everything gone that can go, from the time `at` on. */
export type Eraser = (user: number, options: { readonly erase: boolean; readonly at: number }) => readonly Statement[];

/** Devices of a user that end: these, or all but one ('' keeps none). */
export type EndingDevices = { readonly these: readonly string[] } | { readonly allBut: string };
/** Rows of other slices that go with devices. */
export type DeviceEraser = (user: number, ending: EndingDevices) => readonly Statement[];

/** The same for what the user's other devices have to hear of. */
export type DeviceFarewell = (
  reader: Reader,
  user: number,
  devices: readonly string[],
) => Promise<{ readonly statements: readonly Statement[]; readonly stream: readonly StreamRow[] }>;

/** What managing accounts needs; enough for the command line, which runs without engine and HTTP. */
export type AccountStoreDeps = {
  readonly database: Database;
  readonly users: Users;
  readonly clock: Clock;
  readonly random: Random;
  readonly domains: Domains;
  readonly passwords: Passwords;
  /** Rows of other slices that go with an account which is deactivated: pushers, profile, account data. */
  readonly erasers: readonly Eraser[];
  /** Rows of other slices that go with devices: what waits for them, their keys. */
  readonly deviceErasers: readonly DeviceEraser[];
  readonly deviceFarewell: DeviceFarewell;
  /** Whether a device is the user's dehydrated one, which has no tokens. */
  readonly isDehydrated: (reader: Reader, user: number, deviceId: string) => Promise<boolean>;
  /** The rows of a display name that an account is made with. */
  readonly newProfile: (user: number, displayName: string) => readonly Statement[];
  /** Whether an application service has this user id for itself. */
  readonly isExclusive: (userId: string) => boolean;
  /** Says that a job was added (`JobRunner.poke`); absent where no server runs. */
  readonly pokeJobs?: () => void;
};

/** What the accounts slice is handed by server.ts. */
export type AccountsDeps = Omit<AccountStoreDeps, 'users' | 'pokeJobs'> & {
  readonly engine: RoomEngine;
  readonly caches: CacheBudget;
  readonly limiter: RateLimiter;
  readonly settings: RegistrationSettings;
  /** Where clients reach this server, for pages: `https://matrix.example.org`. */
  readonly baseUrl: () => string;
  readonly pokeJobs: () => void;
  readonly onError: (error: unknown) => void;
};

export type RegistrationSettings = {
  readonly mode: 'closed' | 'token' | 'open';
  readonly sharedSecret: Secret | undefined;
  /** Whether there are accounts for guests. */
  readonly guests: boolean;
};
