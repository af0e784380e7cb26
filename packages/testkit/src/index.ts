export * from './client/index.ts';
export * from './spec/index.ts';
export { type HearthOptions, startHearth, type TestHearth } from './hearth.ts';
