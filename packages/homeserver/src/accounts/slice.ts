import type { TokenLookup } from '../http/authenticate.ts';
import type { Slice } from '../slice.ts';
import { Accounts } from './accounts.ts';
import { changePassword, deactivateAccount, getAccount3PIDs } from './client-api/account.ts';
import { getAdminLockUser, getAdminSuspendUser, getWhoIs, setAdminLockUser, setAdminSuspendUser } from './client-api/admin.ts';
import { getAuthDoneScript, sendAuthFallback, showAuthFallback } from './client-api/auth-fallback.ts';
import { deleteDevice, deleteDevices, getDevice, getDevices, updateDevice } from './client-api/devices.ts';
import { getLoginFlows, logIn } from './client-api/login.ts';
import { logOut, logOutAll } from './client-api/logout.ts';
import { refresh, refreshTokenOf2015 } from './client-api/refresh.ts';
import { getRegisterFlowsOf2015, registerOf2015 } from './client-api/register-2015.ts';
import { checkUsernameAvailability, register } from './client-api/register.ts';
import { registrationTokenValidity } from './client-api/registration-token.ts';
import { finishSetup, showSetup } from './client-api/setup.ts';
import { getRegistrationNonce, registerWithSharedSecret } from './client-api/shared-secret.ts';
import { getTokenOwner } from './client-api/whoami.ts';
import type { AccountsDeps, AccountStoreDeps } from './deps.ts';
import { DeviceList } from './device-list.ts';
import { leaveRooms } from './jobs/leave-rooms.ts';
import { LastSeen } from './last-seen.ts';
import { Login } from './login.ts';
import { Moderation } from './moderation.ts';
import { PasswordLogin } from './password-login.ts';
import { RegistrationTokens } from './registration-tokens.ts';
import { Registration } from './registration.ts';
import type { AccountsService } from './service.ts';
import { Sessions } from './sessions.ts';
import { Setup } from './setup.ts';
import { SharedSecretRegistration } from './shared-secret.ts';
import { TokenCache } from './token-cache.ts';
import { Uia } from './uia/interactive-auth.ts';
import type { StreamEntry } from '@hearth/storage';

export type AccountsSlice = Slice & {
  readonly service: AccountsService;
  /** For the HTTP edge. */
  readonly lookupToken: TokenLookup;
  /** A consumer of the tail, among the first: caches of tokens forget what changed. */
  readonly consume: (entries: readonly StreamEntry[]) => void;
  /** Begins to write from time to time when devices were last seen; `stop` writes the rest. */
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** The link that makes the first administrator; undefined when there are accounts. Each call makes the one before useless. */
  readonly setupUrl: (baseUrl: string) => Promise<string | undefined>;
};

/** Accounts, sessions and devices: who somebody is. */
export function createAccounts(deps: AccountsDeps): AccountsSlice {
  const { database, clock, random, engine, limiter, settings, domains, baseUrl, deviceErasers, deviceFarewell, isDehydrated } = deps;
  const lastSeen = new LastSeen(deps);
  const cache = new TokenCache({ ...deps, lastSeen });
  const sessions = new Sessions({ database, clock, random, cache, deviceErasers, deviceFarewell, isDehydrated });
  const accounts = new Accounts({ ...deps, users: engine }, sessions);
  const registrationTokens = new RegistrationTokens({ database, clock, random });
  const passwordLogin = new PasswordLogin(accounts, limiter);
  const service: AccountsService = {
    accounts,
    sessions,
    devices: new DeviceList(sessions, lastSeen),
    moderation: new Moderation(accounts, sessions, (serverName) => domains.isLocal(serverName)),
    login: new Login(passwordLogin, sessions),
    registration: new Registration({
      accounts,
      tokens: registrationTokens,
      random,
      settings,
      guestWithToken: async (token) => cache.lookup(token, { ip: '', userAgent: undefined, query: new Map() }),
    }),
    registrationTokens,
    sharedSecret: new SharedSecretRegistration({ accounts, clock, random, secret: settings.sharedSecret }),
    setup: new Setup({ database, random, accounts }),
    uia: new Uia({ database, clock, random, accounts, passwordLogin, registrationTokens }),
    serverName: domains.first,
    baseUrl,
  };
  const routes = [
    getLoginFlows,
    logIn,
    register,
    checkUsernameAvailability,
    refresh,
    refreshTokenOf2015,
    logOut,
    logOutAll,
    getTokenOwner,
    getRegisterFlowsOf2015,
    registerOf2015,
    registrationTokenValidity,
    getRegistrationNonce,
    registerWithSharedSecret,
    changePassword,
    deactivateAccount,
    getAccount3PIDs,
    getDevices,
    getDevice,
    updateDevice,
    deleteDevice,
    deleteDevices,
    showAuthFallback,
    sendAuthFallback,
    getAuthDoneScript,
    showSetup,
    finishSetup,
    getWhoIs,
    getAdminSuspendUser,
    setAdminSuspendUser,
    getAdminLockUser,
    setAdminLockUser,
  ].map((make) => make(service));
  return {
    name: 'accounts',
    routes,
    streams: [],
    jobs: [leaveRooms({ database, engine })],
    projections: [],
    service,
    lookupToken: cache.lookup,
    consume: cache.consume,
    start: () => lastSeen.start(),
    stop: () => lastSeen.stop(),
    setupUrl: (baseUrl) => service.setup.newLink(baseUrl),
  };
}

/** Accounts for a program that only has the database open, such as the command line. */
export function createAccountStore(deps: AccountStoreDeps): {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly registrationTokens: RegistrationTokens;
} {
  const { database, clock, random, deviceErasers, deviceFarewell, isDehydrated } = deps;
  // Running servers learn from the stream what changed; here nothing is remembered.
  const sessions = new Sessions({
    database,
    clock,
    random,
    cache: { forget: () => undefined },
    deviceErasers,
    deviceFarewell,
    isDehydrated,
  });
  return { accounts: new Accounts(deps, sessions), sessions, registrationTokens: new RegistrationTokens({ database, clock, random }) };
}
