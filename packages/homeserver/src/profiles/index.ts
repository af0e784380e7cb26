export type { ProfilesService } from './service.ts';
