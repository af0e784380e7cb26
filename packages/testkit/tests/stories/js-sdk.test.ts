import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import {
  EventTimeline,
  EventType,
  type MatrixError,
  Method,
  NotificationCountType,
  Preset,
  ReceiptType,
  type RegisterResponse,
  type Room,
} from 'matrix-js-sdk';

import { createTestClient, type HearthProcess, sendSetup, temporaryHome } from '../../src/index.ts';
import { anonymousClient, eventually, logIn, losesConnection, reconnects, roomOf, type SdkClient, startSyncing } from './sdk-client.ts';
import { newPostgresDatabase, NoCluster } from '@hearth/storage/testing';

/*
 * Two people and matrix-js-sdk, from an empty data directory over a power cut to the end of their talk. The server is the program, in a
 * process of its own. What the SDK shows must be what was sent: once, in order, without a gap.
 */

const passwords = { alice: 'alice has a password', bob: 'bob has another password' };
const serverName = 'story.test';

test('two people talk with matrix-js-sdk, the power is cut in the middle, and nothing is lost (sqlite)', { timeout: 180_000 }, (t) =>
  story(t, {}),
);

test(
  'two people talk with matrix-js-sdk, the power is cut in the middle, and nothing is lost (postgres)',
  { timeout: 180_000 },
  async (t) => {
    try {
      const database = await newPostgresDatabase();
      t.after(() => database.remove());
      await story(t, { HEARTH_DATABASE: database.url });
    } catch (error) {
      if (!(error instanceof NoCluster)) throw error;
      t.skip(error.message);
    }
  },
);

async function story(t: TestContext, database: Readonly<Record<string, string>>): Promise<void> {
  const home = await temporaryHome();
  t.after(() => home.end());
  const settings = { ...database, HEARTH_SERVER_NAME: serverName, HEARTH_REGISTRATION: 'token' };
  const hearth = home.start(settings);
  const baseUrl = await hearth.baseUrl();

  await makeFirstAccount(hearth, baseUrl);
  const invite = home.start(settings, ['user', 'invite']);
  assert.deepEqual(await invite.ended(), { code: 0, signal: null }, invite.stderr);
  const registered = await registerWithToken(baseUrl, invite.stdout.trim());
  assert.equal(registered.user_id, `@bob:${serverName}`);
  const alice = await logIn(baseUrl, 'alice', passwords.alice);
  const bob = await logIn(baseUrl, 'bob', passwords.bob);
  t.after(() => [alice, bob].forEach(({ client }) => client.stopClient()));
  await Promise.all([startSyncing(alice), startSyncing(bob)]);

  const roomId = await meet(alice, bob);
  const gaps = (): number => alice.gaps() + bob.gaps();
  const gapsBefore = gaps();
  const said = await talk(alice, bob, roomId);
  await typing(alice, bob, roomId);
  await reading(alice, bob, roomId, said);
  await redacting(alice, bob, roomId, said);

  // The power goes. Both keep their app open; Alice writes something meanwhile, which the app keeps.
  const aliceBefore = [...alice.told];
  hearth.kill('SIGKILL');
  assert.equal((await hearth.ended()).signal, 'SIGKILL');
  await Promise.all([losesConnection(alice), losesConnection(bob)]);
  const room = roomOf(alice, roomId);
  await assert.rejects(alice.client.sendTextMessage(roomId, 'Is anybody there?', 'unsent'));
  const again = home.start({ ...settings, HEARTH_LISTEN: new URL(baseUrl).host });
  await again.baseUrl();
  await Promise.all([reconnects(alice), reconnects(bob)]);
  const [unsent] = room.getPendingEvents();
  assert.ok(unsent);
  said.push((await alice.client.resendEvent(unsent, room)).event_id);
  // The same request once more, as after an answer that was lost: the answer is the event that is there.
  const path = `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/unsent`;
  const repeated = await alice.client.http.authedRequest<{ event_id: string }>(Method.Put, path, undefined, unsent.getContent());
  assert.equal(repeated.event_id, said.at(-1));
  await heard(bob, said);
  assert.deepEqual(alice.told.slice(0, aliceBefore.length), aliceBefore);

  await history(t, baseUrl, roomId, said);
  await goodbye(alice, bob, roomId);
  for (const person of [alice, bob]) {
    // Once, in order: both lived through all of it without a gap.
    assert.deepEqual(
      person.told.filter((id) => said.includes(id)),
      said,
    );
    person.client.stopClient();
  }
  assert.equal(gaps(), gapsBefore);
  await again.stop();
}

async function makeFirstAccount(hearth: HearthProcess, baseUrl: string): Promise<void> {
  const browser = createTestClient({ baseUrl });
  assert.equal((await sendSetup(browser, await hearth.setupLink(), 'alice', passwords.alice)).status, 200);
  await browser.close();
}

/** As an app does: asks without proof, is told the stages, and goes through them. */
async function registerWithToken(baseUrl: string, token: string): Promise<RegisterResponse> {
  const client = anonymousClient(baseUrl);
  const wanted = { username: 'bob', password: passwords.bob };
  const asked: MatrixError = await client.registerRequest(wanted).then(
    () => assert.fail('no proof was asked for'),
    (error) => error,
  );
  assert.equal(asked.httpStatus, 401);
  const { flows, session } = asked.data as unknown as { flows: { stages: string[] }[]; session: string };
  assert.deepEqual(flows, [{ stages: ['m.login.registration_token'] }]);
  return client.registerRequest({ ...wanted, auth: { type: 'm.login.registration_token', token, session } });
}

async function meet(alice: SdkClient, bob: SdkClient): Promise<string> {
  const { room_id: roomId } = await alice.client.createRoom({ name: 'The story', preset: Preset.PrivateChat });
  await eventually('the room at Alice', () => alice.client.getRoom(roomId)?.name === 'The story');
  await alice.client.invite(roomId, bob.userId);
  await eventually('the invite at Bob', () => bob.client.getRoom(roomId)?.getMyMembership() === 'invite');
  assert.equal(roomOf(bob, roomId).name, 'The story');
  await bob.client.joinRoom(roomId);
  await eventually('the room at Bob', () => roomOf(bob, roomId).getMyMembership() === 'join');
  await eventually('Bob at Alice', () => roomOf(alice, roomId).getMember(bob.userId)?.membership === 'join');
  return roomId;
}

/** More lines than one page of the history holds. */
async function talk(alice: SdkClient, bob: SdkClient, roomId: string): Promise<string[]> {
  const said: string[] = [];
  for (let line = 0; line < 10; line += 1) {
    for (const speaker of [alice, bob])
      said.push((await speaker.client.sendTextMessage(roomId, `line ${line} of ${speaker.userId}`)).event_id);
  }
  await heard(alice, said);
  await heard(bob, said);
  assert.equal(bodyOf(roomOf(alice, roomId), said.at(-1)), `line 9 of ${bob.userId}`);
  return said;
}

async function typing(alice: SdkClient, bob: SdkClient, roomId: string): Promise<void> {
  const isTyping = () => roomOf(alice, roomId).getMember(bob.userId)?.typing;
  await bob.client.sendTyping(roomId, true, 20_000);
  await eventually('Bob typing', () => isTyping() === true);
  await bob.client.sendTyping(roomId, false, 0);
  await eventually('Bob not typing any more', () => isTyping() === false);
}

async function reading(alice: SdkClient, bob: SdkClient, roomId: string, said: string[]): Promise<void> {
  const unread = (type: NotificationCountType) => roomOf(bob, roomId).getUnreadNotificationCount(type);
  // Bob's own last word counts as read by him, so what Alice says from here on is unread.
  for (const body of ['One more thing', 'And another']) said.push((await alice.client.sendTextMessage(roomId, body)).event_id);
  const mention = { msgtype: 'm.text', body: 'Bob!', 'm.mentions': { user_ids: [bob.userId] } };
  said.push((await alice.client.sendEvent(roomId, EventType.RoomMessage, mention as never)).event_id);
  await eventually(
    'three unread, one of them for Bob',
    () => unread(NotificationCountType.Total) === 3 && unread(NotificationCountType.Highlight) === 1,
  );
  const last = roomOf(bob, roomId).findEventById(said.at(-1) ?? '');
  assert.ok(last);
  await bob.client.sendReadReceipt(last, ReceiptType.Read);
  await eventually('nothing unread', () => unread(NotificationCountType.Total) === 0 && unread(NotificationCountType.Highlight) === 0);
  await eventually('the receipt at Alice', () => roomOf(alice, roomId).getEventReadUpTo(bob.userId) === said.at(-1));
}

async function redacting(alice: SdkClient, bob: SdkClient, roomId: string, said: readonly string[]): Promise<void> {
  const regretted = said[4] ?? assert.fail();
  await alice.client.redactEvent(roomId, regretted, undefined, { reason: 'I did not mean it' });
  for (const person of [alice, bob]) await eventually('the redaction', () => roomOf(person, roomId).findEventById(regretted)?.isRedacted());
  assert.deepEqual(roomOf(bob, roomId).findEventById(regretted)?.getContent(), {});
}

/** A new device of Bob's knows the end of the talk, and pages back to its beginning. */
async function history(t: TestContext, baseUrl: string, roomId: string, said: readonly string[]): Promise<void> {
  const tablet = await logIn(baseUrl, 'bob', passwords.bob);
  t.after(() => tablet.client.stopClient());
  await startSyncing(tablet, 5);
  const room = roomOf(tablet, roomId);
  assert.equal(room.getLiveTimeline().getEvents().length, 5);
  const earlier = room.getLiveTimeline().getState(EventTimeline.BACKWARDS) ?? assert.fail();
  for (let page = 0; page < 20 && earlier.paginationToken !== null; page += 1) await tablet.client.scrollback(room, 10);
  const events = room.getLiveTimeline().getEvents();
  assert.equal(events[0]?.getType(), 'm.room.create');
  assert.deepEqual(
    events.filter((event) => event.getType() === 'm.room.message').map((event) => event.getId()),
    said,
  );
  assert.deepEqual(
    events.filter((event) => event.isRedacted()).map((event) => event.getId()),
    [said[4]],
  );
  assert.equal(room.getEventReadUpTo(`@bob:${serverName}`), said.at(-2));
  tablet.client.stopClient();
}

async function goodbye(alice: SdkClient, bob: SdkClient, roomId: string): Promise<void> {
  await bob.client.leave(roomId);
  await eventually('Bob leaving, at Alice', () => roomOf(alice, roomId).getMember(bob.userId)?.membership === 'leave');
  await eventually('Bob leaving, at Bob', () => roomOf(bob, roomId).getMyMembership() === 'leave');
  await assert.rejects(bob.client.sendTextMessage(roomId, 'One last word'), { errcode: 'M_FORBIDDEN' });
}

async function heard(person: SdkClient, said: readonly string[]): Promise<void> {
  await eventually(`${person.userId} hearing all`, () => said.every((id) => person.told.includes(id)));
}

function bodyOf(room: Room, eventId: string | undefined): unknown {
  return room.findEventById(eventId ?? '')?.getContent()['body'];
}
