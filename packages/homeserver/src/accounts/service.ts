import type { Accounts } from './accounts.ts';
import type { DeviceList } from './device-list.ts';
import type { Login } from './login.ts';
import type { Moderation } from './moderation.ts';
import type { RegistrationTokens } from './registration-tokens.ts';
import type { Registration } from './registration.ts';
import type { Sessions } from './sessions.ts';
import type { Setup } from './setup.ts';
import type { SharedSecretRegistration } from './shared-secret.ts';
import type { Uia } from './uia/interactive-auth.ts';

/** What the accounts slice does, for its routes and for server.ts. */
export type AccountsService = {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly devices: DeviceList;
  readonly moderation: Moderation;
  readonly login: Login;
  readonly registration: Registration;
  readonly registrationTokens: RegistrationTokens;
  readonly sharedSecret: SharedSecretRegistration;
  readonly setup: Setup;
  readonly uia: Uia;
  /** Server name that answers of 2015 carry. */
  readonly serverName: string;
  /** Where clients reach this server, for pages. */
  readonly baseUrl: () => string;
};
