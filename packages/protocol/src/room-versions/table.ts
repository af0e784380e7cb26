import type { RoomVersionRules } from './rules.ts';

const v1: RoomVersionRules = {
  version: '1',
  stability: 'stable',
  eventIdFormat: 'given',
  stateResolution: 'v1',
  strictCanonicalJson: false,
  enforceKeyValidity: false,
  specialAliases: true,
  redactionAuthRule: true,
  checkNotificationLevels: false,
  knocking: false,
  restrictedJoin: false,
  knockRestricted: false,
  integerPowerLevels: false,
  creatorIsSender: false,
  redactsInContent: false,
  redactionKeepsJoinRuleAllow: false,
  redactionKeepsJoinAuthorised: false,
  updatedRedactionLists: false,
  roomIdIsCreateHash: false,
  privilegedCreators: false,
};

/** Each row states only what differs from the version before it. */
const v2 = after(v1, { version: '2', stateResolution: 'v2' });
const v3 = after(v2, { version: '3', eventIdFormat: 'hash-standard', redactionAuthRule: false });
const v4 = after(v3, { version: '4', eventIdFormat: 'hash-urlsafe' });
const v5 = after(v4, { version: '5', enforceKeyValidity: true });
const v6 = after(v5, { version: '6', strictCanonicalJson: true, specialAliases: false, checkNotificationLevels: true });
const v7 = after(v6, { version: '7', knocking: true });
const v8 = after(v7, { version: '8', restrictedJoin: true, redactionKeepsJoinRuleAllow: true });
const v9 = after(v8, { version: '9', redactionKeepsJoinAuthorised: true });
const v10 = after(v9, { version: '10', knockRestricted: true, integerPowerLevels: true });
const v11 = after(v10, { version: '11', creatorIsSender: true, redactsInContent: true, updatedRedactionLists: true });
const v12 = after(v11, { version: '12', stateResolution: 'v2.1', roomIdIsCreateHash: true, privilegedCreators: true });

const rows: ReadonlyMap<string, RoomVersionRules> = new Map(
  [v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12].map((row) => [row.version, row]),
);

/** The room version that new rooms get. */
export const defaultRoomVersion = '12';

/** The rules of a room version, or undefined when this server does not know it. */
export function roomVersionRules(version: string): RoomVersionRules | undefined {
  return rows.get(version);
}

/** All known versions, oldest first. */
export function knownRoomVersions(): readonly RoomVersionRules[] {
  return [...rows.values()];
}

function after(before: RoomVersionRules, difference: Partial<RoomVersionRules>): RoomVersionRules {
  return { ...before, ...difference };
}
