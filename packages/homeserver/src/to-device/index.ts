export type { ToDevice } from './service.ts';
