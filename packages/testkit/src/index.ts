export * from './client/index.ts';
export * from './spec/index.ts';
export { type HearthProcess, sendSetup, temporaryHome } from './hearth-process.ts';
export { hostileRequests, soundRequests } from './hostile/hostile-requests.ts';
export type { HostileRequest, RouteToTry, SoundValues } from './hostile/hostile-requests.ts';
export { type HearthOptions, startHearth, type TestHearth } from './hearth.ts';
export { startTwoNodes, type TwoNodes } from './two-nodes.ts';
