export type { Accounts } from './accounts.ts';
export type { EndingDevices } from './deps.ts';
export type { AccountsService } from './service.ts';
export type { Sessions } from './sessions.ts';
