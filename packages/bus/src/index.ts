export type { Bus, PositionListener } from './bus.ts';
export { inProcessBus } from './in-process.ts';
export type { BusClock, BusLog } from './ports.ts';
export { openPostgresBus, type PostgresBusOptions } from './postgres.ts';
