export { deviceSettingsEnd } from './device-settings.ts';
export type { InviteVerdict } from './invite-rules.ts';
export { accountDataChange } from './service.ts';
