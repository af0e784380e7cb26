export type { EventsAround } from './context.ts';
