export type { FollowedAs } from './deps.ts';
