export { accountDataChange } from './service.ts';
