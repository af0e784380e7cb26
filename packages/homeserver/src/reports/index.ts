export type { ReportDesk } from './desk.ts';
export type { ReportRow } from './store.ts';
