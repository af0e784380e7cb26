export type { Slice } from './slice.ts';
export { readSettings, type Settings } from './config/index.ts';
export { type Server, type ServerOptions, startServer } from './server.ts';
