export type { Memberships } from './membership.ts';
export type { RoomsService } from './service.ts';
