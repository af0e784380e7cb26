import assert from 'node:assert/strict';

import type { Answer, TestClient } from './test-client.ts';

const path = '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync';

export type SlidingEvent = {
  readonly type: string;
  readonly event_id: string;
  readonly sender: string;
  readonly state_key?: string;
  readonly content: Readonly<Record<string, unknown>>;
};
type Json = Readonly<Record<string, unknown>>;

/** A room as the client sees it. */
export type SlidingRoom = {
  membership: string;
  name: string | null;
  avatar: string | null;
  heroes: readonly { readonly user_id: string; readonly displayname?: string }[];
  isDirect: boolean;
  joined: number | undefined;
  invited: number | undefined;
  unread: number;
  highlights: number;
  bumpStamp: number;
  prevBatch: string | undefined;
  timeline: SlidingEvent[];
  /** By type and state key, with a space between them. */
  readonly state: Map<string, SlidingEvent>;
  stripped: readonly Json[];
  readonly accountData: Map<string, Json>;
  /** By event and type, who. */
  readonly receipts: Map<string, Readonly<Record<string, Json>>>;
  typing: readonly string[];
};

export type SlidingBody = {
  readonly conn_id?: string;
  readonly lists?: Json;
  readonly room_subscriptions?: Json;
  readonly extensions?: Readonly<Record<string, Json>>;
};

/** A client that knows nothing but what sliding sync tells it, and reads that as MSC4186 describes it. */
export class SlidingClient {
  /** Over which it speaks; another one after a restart of the server. */
  session: Pick<TestClient, 'request'>;
  /** What the next request asks for. */
  asks: SlidingBody;
  pos: string | undefined;
  readonly rooms = new Map<string, SlidingRoom>();
  readonly counts = new Map<string, number>();
  readonly accountData = new Map<string, Json>();
  readonly toDevice: Json[] = [];
  toDeviceSince: string | undefined;
  readonly changedDevices = new Set<string>();
  keyCounts: Json = {};

  constructor(session: Pick<TestClient, 'request'>, asks: SlidingBody) {
    this.session = session;
    this.asks = asks;
  }

  room(roomId: string): SlidingRoom {
    return this.rooms.get(roomId) ?? assert.fail(`the client does not know ${roomId}`);
  }

  /** One request, whatever is answered; nothing is taken from it. */
  request(timeout = 0, pos = this.pos): Promise<Answer> {
    const { extensions = {}, ...body } = this.asks;
    const toDevice = extensions['to_device'] && { to_device: { ...extensions['to_device'], since: this.toDeviceSince } };
    return this.session.request('POST', path, { query: { pos, timeout }, body: { ...body, extensions: { ...extensions, ...toDevice } } });
  }

  /** Asks, and takes in what is answered. */
  async sync(timeout = 0): Promise<Answer['body']> {
    const { status, body } = await this.request(timeout);
    assert.equal(status, 200, JSON.stringify(body));
    this.take(body);
    return body;
  }

  /** Asks until the condition holds. */
  async syncUntil(what: string, condition: () => boolean): Promise<void> {
    for (let count = 0; count < syncsMax; count += 1) {
      if (condition()) return;
      await this.sync(this.pos === undefined ? 0 : waitMs);
    }
    assert.ok(condition(), `waited in vain for ${what}`);
  }

  take(body: Answer['body']): void {
    this.pos = body.pos;
    for (const [name, { count }] of Object.entries<{ count: number }>(body.lists ?? {})) this.counts.set(name, count);
    for (const [roomId, told] of Object.entries<Answer['body']>(body.rooms ?? {})) this.#takeRoom(roomId, told);
    const { to_device: toDevice, e2ee, account_data: accountData, receipts, typing } = body.extensions ?? {};
    if (toDevice) {
      this.toDevice.push(...toDevice.events);
      this.toDeviceSince = toDevice.next_batch;
    }
    for (const userId of e2ee?.device_lists?.changed ?? []) this.changedDevices.add(userId);
    if (e2ee?.device_one_time_keys_count) this.keyCounts = e2ee.device_one_time_keys_count;
    for (const { type, content } of accountData?.global ?? []) this.accountData.set(type, content);
    for (const [roomId, events] of Object.entries<Answer['body']>(accountData?.rooms ?? {})) {
      for (const { type, content } of events) this.rooms.get(roomId)?.accountData.set(type, content);
    }
    for (const [roomId, { content }] of Object.entries<Answer['body']>(receipts?.rooms ?? {})) {
      for (const [eventId, types] of Object.entries<Answer['body']>(content)) {
        for (const [type, users] of Object.entries<Answer['body']>(types))
          this.rooms.get(roomId)?.receipts.set(`${eventId} ${type}`, users);
      }
    }
    for (const [roomId, { content }] of Object.entries<Answer['body']>(typing?.rooms ?? {})) this.room(roomId).typing = content.user_ids;
  }

  #takeRoom(roomId: string, told: Answer['body']): void {
    const room = told.initial === true ? emptyRoom() : this.room(roomId);
    this.rooms.set(roomId, room);
    const set = <Key extends keyof SlidingRoom>(key: Key, value: SlidingRoom[Key] | undefined): void => {
      if (value !== undefined) room[key] = value;
    };
    set('membership', told.membership);
    set('name', told.name);
    set('avatar', told.avatar);
    set('heroes', told.heroes);
    set('isDirect', told.is_dm);
    set('joined', told.joined_count);
    set('invited', told.invited_count);
    set('unread', told.notification_count);
    set('highlights', told.highlight_count);
    set('bumpStamp', told.bump_stamp);
    set('stripped', told.invite_state ?? told.knock_state);
    for (const event of told.required_state ?? []) room.state.set(`${event.type} ${event.state_key}`, event);
    const { timeline = [], limited = false, unstable_expanded_timeline: expanded = false } = told;
    if (told.timeline !== undefined && (room.timeline.length === 0 || limited || expanded)) room.prevBatch = told.prev_batch;
    room.timeline = limited || expanded ? timeline : [...room.timeline, ...timeline];
  }
}

const syncsMax = 20;
const waitMs = 1_000;

function emptyRoom(): SlidingRoom {
  return {
    membership: 'join',
    name: null,
    avatar: null,
    heroes: [],
    isDirect: false,
    joined: undefined,
    invited: undefined,
    unread: 0,
    highlights: 0,
    bumpStamp: 0,
    prevBatch: undefined,
    timeline: [],
    state: new Map(),
    stripped: [],
    accountData: new Map(),
    receipts: new Map(),
    typing: [],
  };
}
