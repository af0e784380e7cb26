export { deviceSettingsEnd } from './device-settings.ts';
export { accountDataChange } from './service.ts';
