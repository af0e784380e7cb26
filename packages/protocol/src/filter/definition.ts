/**
 * Filters as clients define them (https://spec.matrix.org/v1.19/client-server-api/#filtering), after validation: every
 * list holds strings, every flag is a boolean, and what a client left out is undefined.
 */

/** Which events of one kind are wanted. An absent list wants everything, an empty one nothing. */
export type EventFilter = {
  /** At most this many events; 0 wants none. */
  readonly limit: number | undefined;
  readonly types: readonly string[] | undefined;
  readonly notTypes: readonly string[] | undefined;
  readonly senders: readonly string[] | undefined;
  readonly notSenders: readonly string[] | undefined;
};

/** The same for events of rooms. */
export type RoomEventFilter = EventFilter & {
  readonly rooms: readonly string[] | undefined;
  readonly notRooms: readonly string[] | undefined;
  readonly containsUrl: boolean | undefined;
  readonly lazyLoadMembers: boolean;
  readonly includeRedundantMembers: boolean;
  readonly unreadThreadNotifications: boolean;
  /** Events to which another event of one of these relations, or by one of these senders, points (threads). */
  readonly relatedByRelTypes: readonly string[] | undefined;
  readonly relatedBySenders: readonly string[] | undefined;
  /** The event's own relation (`org.matrix.msc3874.rel_types`). */
  readonly relTypes: readonly string[] | undefined;
  readonly notRelTypes: readonly string[] | undefined;
  /** Labels in the event's content (`org.matrix.labels`). */
  readonly labels: readonly string[] | undefined;
  readonly notLabels: readonly string[] | undefined;
};

export type RoomFilter = {
  readonly rooms: readonly string[] | undefined;
  readonly notRooms: readonly string[] | undefined;
  readonly includeLeave: boolean;
  readonly state: RoomEventFilter;
  readonly timeline: RoomEventFilter;
  readonly ephemeral: RoomEventFilter;
  readonly accountData: RoomEventFilter;
};

/** What POST /filter stores and /sync uses. */
export type SyncFilter = {
  readonly eventFields: readonly string[] | undefined;
  readonly eventFormat: 'client' | 'federation';
  readonly presence: EventFilter;
  readonly accountData: EventFilter;
  readonly room: RoomFilter;
};
