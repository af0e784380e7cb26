export type { Accounts } from './accounts.ts';
export type { AccountStoreDeps, DeviceEraser, EndingDevices, Eraser } from './deps.ts';
export type { RegistrationTokens } from './registration-tokens.ts';
export type { AccountsService } from './service.ts';
export type { Sessions } from './sessions.ts';
export type { InteractiveAuth } from './uia/index.ts';
