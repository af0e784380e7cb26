/** What a stream row is about. The numbers are stored: never reuse one. */
export const streamKinds = Object.freeze({
  /** An event became visible in a room's timeline. room = audience, subject = event number. */
  event: 1,
  /** The room's current state changed without an event in its timeline. room = audience, subject = room's state number. */
  state: 2,
  /** A user's membership changed. usr = that user, subject = room number, detail = the new membership and the number of its event. */
  membership: 3,
  /** Global (subject 0) or room (subject = room number) account data. usr = its owner, detail = type. */
  accountData: 4,
  /** A public receipt. room = audience, subject = user number, detail = receipt type. */
  receipt: 5,
  /** A private receipt. usr = owner, subject = room number. */
  privateReceipt: 6,
  /** An event was redacted: its bytes were rewritten. room = audience, subject = number of the redacted event. */
  redaction: 7,
  /** To-device messages wait. usr = owner, detail = device id. */
  toDevice: 8,
  /**
   * The devices or keys of a user (subject = its number) changed, or who has signed them. room = audience; or usr = who else is told: that
   * user itself, with detail = the device if it was one, or a user who alone may see the change.
   */
  deviceList: 9,
  /** A device's one-time or fallback keys became more or fewer. usr = owner, subject 0, detail = device id. */
  oneTimeKeys: 17,
  /** A user's profile changed. subject = user number. */
  profile: 10,
  /** An access token, device or account was changed or revoked: caches of tokens forget this user. subject = user number. */
  account: 11,
  /** Unread counts of a user in a room changed for a reason other than an event (push rules, receipts). usr = owner, subject = room. */
  unread: 12,
  /** A user forgot a room that they had left. usr = that user, subject = room number. */
  forgotten: 13,
  /** Somebody types, told to other nodes and to nobody's /sync. subject = room number, detail = node, user, for how long. */
  typing: 16,
  /** Events were purged: caches forget them. subject = room number, detail = the events' numbers with commas between them. */
  purged: 18,
  /** What the list of public rooms says of a room changed, other than by an event. subject = room number. */
  listing: 19,
  /** A user follows a thread, or does not any more. usr = that user, subject = room number, detail = the id of the thread's root. */
  threadSubscription: 20,
  /** An event that sticks came (MSC4354). room = audience, subject = event number. */
  sticky: 21,
  /** Who is online changed at a node, told to other nodes and to nobody's /sync. subject = user number, or 0 for the node; detail = node, what. */
  presence: 22,
});
