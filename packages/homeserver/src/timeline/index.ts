export type { TimelineService } from './service.ts';
