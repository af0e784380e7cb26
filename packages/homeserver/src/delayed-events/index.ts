export type { ToSchedule } from './service.ts';
