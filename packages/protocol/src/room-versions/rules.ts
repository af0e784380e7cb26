/** What differs between room versions, as flags that say what they do. A version is a row of `table.ts`. */
export type RoomVersionRules = {
  readonly version: string;
  readonly stability: 'stable' | 'unstable';
  /** `given`: the sender chose `event_id` (v1, v2); else the reference hash, in standard or URL-safe base64. */
  readonly eventIdFormat: 'given' | 'hash-standard' | 'hash-urlsafe';
  readonly stateResolution: 'v1' | 'v2' | 'v2.1';
  /** v6: only canonical JSON is accepted (integers within ±(2^53−1), no floats). */
  readonly strictCanonicalJson: boolean;
  /** v5: a signature counts only if its key was valid at `origin_server_ts`. */
  readonly enforceKeyValidity: boolean;
  /** v1–v5: `m.room.aliases` has its own auth rule and its content survives redaction. */
  readonly specialAliases: boolean;
  /** v1, v2: `m.room.redaction` is authorised by power or by equal domains of the event ids. */
  readonly redactionAuthRule: boolean;
  /** v6: notification levels are checked when power levels change. */
  readonly checkNotificationLevels: boolean;
  /** v7: the `knock` join rule and membership. */
  readonly knocking: boolean;
  /** v8: the `restricted` join rule and `join_authorised_via_users_server`. */
  readonly restrictedJoin: boolean;
  /** v10: the `knock_restricted` join rule. */
  readonly knockRestricted: boolean;
  /** v10: power levels must be integers; before, strings that look like integers are accepted. */
  readonly integerPowerLevels: boolean;
  /** v11: the creator is the create event's sender, `content.creator` is gone. */
  readonly creatorIsSender: boolean;
  /** v11: the target of a redaction is `content.redacts`. */
  readonly redactsInContent: boolean;
  /** v8: redaction keeps `allow` of join rules. */
  readonly redactionKeepsJoinRuleAllow: boolean;
  /** v9: redaction keeps `join_authorised_via_users_server` of members. */
  readonly redactionKeepsJoinAuthorised: boolean;
  /** v11: the newer redaction lists (whole create content, `invite` of power levels, signed third-party invites; no `origin`, `membership`, `prev_state`). */
  readonly updatedRedactionLists: boolean;
  /** v12: the room id is the create event's reference hash, and the create event is not among the auth events. */
  readonly roomIdIsCreateHash: boolean;
  /** v12: creators (sender and `additional_creators`) have more power than any level. */
  readonly privilegedCreators: boolean;
};
