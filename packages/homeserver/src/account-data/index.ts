export { accountDataChange } from './service.ts';
export type { IgnoredUsers } from './ignored-users.ts';
export type { AccountData } from './service.ts';
