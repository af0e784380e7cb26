export type { Settings } from './schema.ts';
export { settingsSchema } from './schema.ts';
export type { HomeserverConfig } from './read-settings.ts';
export { databaseAddress, publicBaseurl, readSettings } from './read-settings.ts';
export type { RoomTemplate } from './room-templates.ts';
export { roomTemplates } from './room-templates.ts';
