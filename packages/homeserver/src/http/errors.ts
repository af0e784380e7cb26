/** Every error code this server answers with: its status and its default sentence. One table, so that codes stay the specification's. */
const table = {
  M_FORBIDDEN: [403, 'You are not allowed to do this.'],
  M_UNKNOWN_TOKEN: [401, 'This access token is not known, or no longer valid. Log in again.'],
  M_UNAUTHORIZED: [401, 'This request needs the signature of the server that makes it.'],
  M_MISSING_TOKEN: [401, 'This request needs an access token.'],
  M_USER_DEACTIVATED: [403, 'This account has been deactivated.'],
  M_USER_LOCKED: [401, 'This account has been locked by an administrator.'],
  M_USER_SUSPENDED: [403, 'This account has been suspended by an administrator: you can read and leave, and nothing else.'],
  M_BAD_JSON: [400, 'The JSON of this request is not of the expected form.'],
  M_NOT_JSON: [400, 'The body of this request is not JSON.'],
  M_NOT_FOUND: [404, 'Nothing was found here.'],
  M_LIMIT_EXCEEDED: [429, 'Too many requests. Wait a moment, then try again.'],
  M_UNRECOGNIZED: [404, 'This server does not know this request.'],
  M_UNKNOWN_POS: [400, 'This position of a sliding sync is not known any more. Start anew, without pos.'],
  M_UNKNOWN: [400, 'This request could not be carried out.'],
  M_USER_IN_USE: [400, 'This user name is taken.'],
  M_INVALID_USERNAME: [400, 'This user name is not valid.'],
  M_ROOM_IN_USE: [400, 'This room alias is taken.'],
  M_INVALID_ROOM_STATE: [400, 'The initial state of the room is not valid.'],
  M_INVITE_BLOCKED: [403, 'This user does not take invitations from you.'],
  M_UNSUPPORTED_ROOM_VERSION: [400, 'This server does not support that room version.'],
  M_INCOMPATIBLE_ROOM_VERSION: [400, 'The room has a version that the other server does not support.'],
  M_BAD_STATE: [400, 'That change is not possible from the present state.'],
  M_GUEST_ACCESS_FORBIDDEN: [403, 'Guests may not do this.'],
  M_MISSING_PARAM: [400, 'A required parameter is missing.'],
  M_INVALID_PARAM: [400, 'A parameter has a wrong value.'],
  M_TOO_LARGE: [413, 'This request is too large.'],
  M_EXCLUSIVE: [400, 'This name is reserved for an application service.'],
  M_RESOURCE_LIMIT_EXCEEDED: [403, 'This server has reached a limit of its resources.'],
  M_PROFILE_TOO_LARGE: [400, 'A profile may have less than 64 KiB.'],
  M_KEY_TOO_LARGE: [400, 'The name of a profile field may have at most 255 bytes.'],
  M_WEAK_PASSWORD: [400, 'This password is too weak.'],
  M_BAD_PAGINATION: [400, 'A pagination token is not valid.'],
  M_BAD_ALIAS: [400, 'An alias does not point to this room.'],
  M_DUPLICATE_ANNOTATION: [400, 'You have already sent this reaction.'],
  M_CANNOT_LEAVE_SERVER_NOTICE_ROOM: [403, 'The room of server notices cannot be left.'],
  M_UNABLE_TO_AUTHORISE_JOIN: [400, 'This server cannot check whether the join is allowed.'],
  M_UNABLE_TO_GRANT_JOIN: [400, 'No local member may authorise this join.'],
  M_INVALID_SIGNATURE: [400, 'A signature is not valid.'],
  M_WRONG_ROOM_KEYS_VERSION: [403, 'The key backup has another version.'],
  M_NOT_YET_UPLOADED: [504, 'This content has not been uploaded yet.'],
  M_CANNOT_OVERWRITE_MEDIA: [409, 'This content has been uploaded already.'],
  'IO.ELEMENT.MSC4306.M_NOT_IN_THREAD': [400, 'The event is not part of this thread.'],
  'IO.ELEMENT.MSC4306.M_CONFLICTING_UNSUBSCRIPTION': [409, 'You have unsubscribed from this thread since that event.'],
  M_MAX_DELAY_EXCEEDED: [400, 'The delay is longer than this server allows.'],
  M_UNAVAILABLE: [503, 'The server cannot do this right now. Try again shortly.'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof table;

/** What any route may answer with before its own work begins; routes declare only what they add to these. */
export const errorsOfEveryRoute: ReadonlySet<string> = new Set<ErrorCode>([
  'M_UNRECOGNIZED',
  'M_MISSING_TOKEN',
  'M_UNKNOWN_TOKEN',
  'M_UNAUTHORIZED',
  'M_USER_LOCKED',
  'M_GUEST_ACCESS_FORBIDDEN',
  'M_LIMIT_EXCEEDED',
  'M_TOO_LARGE',
  'M_NOT_JSON',
  'M_BAD_JSON',
  'M_MISSING_PARAM',
  'M_INVALID_PARAM',
  'M_UNAVAILABLE',
]);

/** The error that clients see. Thrown by services and routes; everything in it may be shown to anybody. */
export class MatrixError extends Error {
  readonly errcode: ErrorCode;
  readonly status: number;
  /** Further fields of the body, such as `retry_after_ms` or `room_version`. */
  readonly extra: Readonly<Record<string, unknown>>;
  constructor(errcode: ErrorCode, message?: string, options: { status?: number; extra?: Readonly<Record<string, unknown>> } = {}) {
    super(message ?? table[errcode][1]);
    this.name = 'MatrixError';
    this.errcode = errcode;
    this.status = options.status ?? table[errcode][0];
    this.extra = options.extra ?? {};
  }

  /** The body of the answer. */
  body(): Record<string, unknown> {
    return { errcode: this.errcode, error: this.message, ...this.extra };
  }
}
