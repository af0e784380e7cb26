export type { Bus } from './bus.ts';
export { inProcessBus } from './in-process.ts';
