import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EventTimeline, EventType, NotificationCountType, ReceiptType } from 'matrix-js-sdk';

import { createTestClient, type Session, SlidingClient, startHearth } from '../../src/index.ts';
import { eventually, logIn, roomOf, type SdkClient, startSyncing } from './sdk-client.ts';
import { newPostgresDatabase, NoCluster } from '@hearth/storage/testing';

/*
 * The same people live through the same story with matrix-js-sdk, which uses /sync, and with a sliding-sync client beside it. At each
 * chapter's end both see the same rooms: who is in them, what was said, what they are called, and what is unread.
 */

const password = 'a password of the story';

for (const engine of ['sqlite', 'postgres'] as const) {
  test(`two people talk, and sliding sync shows what matrix-js-sdk shows (${engine})`, { timeout: 180_000 }, async (t) => {
    const opened = new AsyncDisposableStack();
    t.after(() => opened.disposeAsync());
    const database = engine === 'postgres' ? await newPostgresDatabase().catch(unlessNoCluster) : undefined;
    if (engine === 'postgres' && !database) return t.skip('there is no PostgreSQL');
    if (database) opened.defer(() => database.remove());
    const hearth = await startHearth(database ? { env: { HEARTH_DATABASE: database.url } } : {});
    opened.defer(() => hearth.stop());
    await story(hearth.baseUrl, (stop) => opened.defer(stop));
  });
}

function unlessNoCluster(error: unknown): undefined {
  if (!(error instanceof NoCluster)) throw error;
}

type Person = { readonly sdk: SdkClient; readonly sliding: SlidingClient; readonly session: Session };

async function story(baseUrl: string, atEnd: (stop: () => Promise<void> | void) => void): Promise<void> {
  const web = createTestClient({ baseUrl });
  atEnd(() => web.close());
  const person = async (name: string): Promise<Person> => {
    const session = await web.register(name, password);
    const sdk = await logIn(baseUrl, name, password);
    atEnd(() => sdk.client.stopClient());
    await startSyncing(sdk);
    const required_state = ['m.room.create', 'm.room.topic', 'm.room.name'].map((type) => [type, '']);
    const list = { ranges: [[0, 19]], timeline_limit: 20, required_state: [...required_state, ['m.room.member', '*']] };
    const extensions = Object.fromEntries(['account_data', 'receipts', 'typing'].map((each) => [each, { enabled: true }]));
    return { sdk, session, sliding: new SlidingClient(session, { lists: { all: list }, extensions }) };
  };
  const [alice, bob] = [await person('alice'), await person('bob')];
  const both = [alice, bob];
  const same = async (roomId: string, what: string): Promise<void> => {
    for (const each of both) await seeTheSame(each, roomId, what);
  };

  const roomId = await alice.session.createRoom({ name: 'The story', preset: 'private_chat' });
  await seeTheSame(alice, roomId, 'a room');
  await alice.session.invite(roomId, bob.session.userId);
  await same(roomId, 'an invitation');
  await bob.session.join(roomId);
  await same(roomId, 'a join');
  const said: string[] = [];
  for (let line = 0; line < 6; line += 1) {
    for (const { sdk } of both) said.push((await sdk.client.sendTextMessage(roomId, `line ${line} of ${sdk.userId}`)).event_id);
  }
  await same(roomId, 'a talk');
  await alice.session.setState(roomId, 'm.room.name', '', { name: 'The story goes on' });
  await alice.session.setState(roomId, 'm.room.topic', '', { topic: 'What became of it' });
  await same(roomId, 'a new name');

  const mention = { msgtype: 'm.text', body: 'Bob!', 'm.mentions': { user_ids: [bob.session.userId] } };
  said.push((await alice.sdk.client.sendTextMessage(roomId, 'One more thing')).event_id);
  said.push((await alice.sdk.client.sendEvent(roomId, EventType.RoomMessage, mention as never)).event_id);
  await same(roomId, 'what is unread');
  assert.deepEqual([bob.sliding.room(roomId).unread, bob.sliding.room(roomId).highlights], [2, 1]);
  const last = roomOf(bob.sdk, roomId).findEventById(said.at(-1) ?? '') ?? assert.fail();
  await bob.sdk.client.sendReadReceipt(last, ReceiptType.Read);
  await same(roomId, 'what was read');
  assert.equal(bob.sliding.room(roomId).unread, 0);
  await alice.sliding.syncUntil('the receipt', () => alice.sliding.room(roomId).receipts.has(`${said.at(-1)} m.read`));

  await bob.sdk.client.sendTyping(roomId, true, 20_000);
  await alice.sliding.syncUntil('Bob typing', () => alice.sliding.room(roomId).typing.includes(bob.session.userId));
  await bob.sdk.client.sendTyping(roomId, false, 0);
  await alice.sliding.syncUntil('Bob not typing', () => alice.sliding.room(roomId).typing.length === 0);

  // A gap: the talk goes on while nobody listens by sliding sync, further than an answer holds.
  for (let line = 0; line < 30; line += 1) said.push((await alice.sdk.client.sendTextMessage(roomId, `gap ${line}`)).event_id);
  await same(roomId, 'a gap');
  const { timeline, prevBatch } = bob.sliding.room(roomId);
  const older = await bob.session.messages(roomId, { dir: 'b', from: prevBatch, limit: 100 });
  const all = [...older.chunk.toReversed(), ...timeline].filter(({ type }) => type === 'm.room.message').map((event) => event.event_id);
  assert.deepEqual(all, said);

  await bob.session.leave(roomId);
  await bob.sliding.syncUntil('the end', () => bob.sliding.room(roomId).membership === 'leave');
  await eventually('the end at the SDK', () => roomOf(bob.sdk, roomId).getMyMembership() === 'leave');
  await seeTheSame(alice, roomId, 'the end');
}

/** Waits until both clients of a person have the same picture of the room. */
async function seeTheSame({ sdk, sliding }: Person, roomId: string, what: string): Promise<void> {
  let [theirs, ours]: unknown[] = [];
  try {
    await eventually(what, async () => {
      await sliding.sync();
      [theirs, ours] = [pictureOfSdk(sdk, roomId), pictureOfSliding(sliding, roomId)];
      return theirs !== undefined && JSON.stringify(theirs) === JSON.stringify(ours);
    });
  } catch {
    assert.deepEqual(ours, theirs, what);
  }
}

const shownState = new Set(['m.room.create', 'm.room.topic', 'm.room.name', 'm.room.member']);
/** How much of the timeline is compared; the two keep different lengths of it. */
const compared = 5;

function pictureOfSliding(sliding: SlidingClient, roomId: string): object | undefined {
  const room = sliding.rooms.get(roomId);
  if (!room) return undefined;
  if (room.membership === 'invite') return { membership: 'invite' };
  return {
    membership: room.membership,
    name: room.name,
    timeline: room.timeline.slice(-compared).map((event) => event.event_id),
    state: [...room.state.values()].map((event) => `${event.type} ${event.state_key} ${event.event_id}`).toSorted(),
    joined: room.joined,
    unread: [room.unread, room.highlights],
  };
}

function pictureOfSdk(sdk: SdkClient, roomId: string): object | undefined {
  const room = sdk.client.getRoom(roomId);
  if (!room) return undefined;
  const membership = room.getMyMembership();
  if (membership === 'invite') return { membership };
  const current = room.getLiveTimeline().getState(EventTimeline.FORWARDS)?.events ?? new Map();
  const state = [...current].flatMap(([type, events]) => (shownState.has(type) ? [...events.values()] : []));
  return {
    membership,
    name: room.name,
    timeline: room
      .getLiveTimeline()
      .getEvents()
      .slice(-compared)
      .map((event) => event.getId()),
    state: state.map((event) => `${event.getType()} ${event.getStateKey()} ${event.getId()}`).toSorted(),
    joined: room.getJoinedMemberCount(),
    unread: [NotificationCountType.Total, NotificationCountType.Highlight].map((type) => room.getUnreadNotificationCount(type)),
  };
}
