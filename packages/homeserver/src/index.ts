export type { Slice } from './slice.ts';
