export type { Engine } from '../engine/engine-in-process.ts';
export type { Intent, NewRoom, Submitted } from '../engine/engine.ts';
export type { EventRecord } from '../engine/event-record.ts';
export { type EngineOptions, openEngine } from '../engine/open-engine.ts';
export type { KeyOf } from '../engine/receive/arrival.ts';
export type { Received } from '../engine/receive/received.ts';
export type { RoomHead } from '../engine/room-head.ts';
export type { StateView } from '../engine/state-view.ts';
export { MatrixError } from '../http/errors.ts';
