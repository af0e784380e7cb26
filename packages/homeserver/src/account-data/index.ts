export { accountDataChange } from './service.ts';
export type { AccountData } from './service.ts';
