export type { Accounts } from './accounts.ts';
export type { AccountsDeps, AccountStoreDeps, RegistrationSettings, Users } from './deps.ts';
export type { AccountsService } from './service.ts';
export type { Sessions } from './sessions.ts';
export type { AccountsSlice } from './slice.ts';
export type { InteractiveAuth, Proof, ProtectedAction } from './uia/index.ts';
export { authSchema } from './uia/index.ts';
