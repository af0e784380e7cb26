export type { JsonArray, JsonObject, JsonValue } from './json/value.ts';
export { isJsonObject } from './json/value.ts';
export type { Allow, Reject, Verdict } from './verdict.ts';
export { allow, reject } from './verdict.ts';
export type { Pdu, PduEvent } from './events/pdu.ts';
export type { RoomVersionRules } from './room-versions/rules.ts';
export { defaultRoomVersion, knownRoomVersions, roomVersionRules } from './room-versions/table.ts';
