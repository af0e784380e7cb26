import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createTestClient, sendSetup, type Session, temporaryHome } from '@hearth/testkit';

type Body = { rooms?: { join?: Record<string, Room>; invite?: Record<string, unknown> } };
type Room = { timeline: { events: { event_id: string; type: string; content: { body?: string } }[] } };

/** README.md promises this day; it is lived here with a process of its own, from the first start to a power cut. */
test('the first day: start, setup link, two accounts, a room, talk both ways, kill -9, and all is still there', async (t) => {
  const home = await temporaryHome();
  t.after(() => home.end());
  const hearth = home.start({ HEARTH_REGISTRATION_SHARED_SECRET: 'a secret for the test of the first day' });
  const baseUrl = await hearth.baseUrl();
  const guest = createTestClient({ baseUrl });
  t.after(() => guest.close());

  // The printed link shows a form; the form makes the administrator; the link is spent then.
  const setup = await hearth.setupLink();
  const page = await guest.request('GET', setup.pathname + setup.search);
  assert.equal(page.status, 200);
  assert.match(textOf(page.bytes), /<form method="post"/);
  const made = await sendSetup(guest, setup, 'alice', 'alice has a password');
  assert.equal(made.status, 200, textOf(made.bytes));
  assert.match(textOf(made.bytes), /@alice:localhost/);
  assert.equal((await sendSetup(guest, setup, 'mallory', 'mallory has one too')).status, 403);

  // The second account is made on the command line, while the server runs; registration stays closed.
  await guest.refused(403, 'M_FORBIDDEN', 'POST', '/_matrix/client/v3/register', {
    body: { username: 'mallory', password: 'mallory has one too', auth: { type: 'm.login.dummy' } },
  });
  const command = home.start({}, ['user', 'create', 'bob', '--generate']);
  assert.deepEqual(await command.ended(), { code: 0, signal: null }, command.stderr);
  const [, password = ''] = /^Password: (\S+)$/m.exec(command.stdout) ?? [];

  const alice = await guest.login('alice', 'alice has a password');
  const bob = await guest.login('bob', password);
  const roomId = await alice.createRoom({ name: 'The first room', preset: 'private_chat' });
  await alice.invite(roomId, bob.userId);
  const invited = await bob.syncUntil((body: Body) => body.rooms?.invite?.[roomId]);
  await bob.join(roomId);
  const told = await conversation(alice, bob, roomId, invited.nextBatch);

  // The power goes. What was answered is on disk; both stay logged in and go on from where they were.
  hearth.kill('SIGKILL');
  assert.equal((await hearth.ended()).signal, 'SIGKILL');
  const again = home.start();
  const secondUrl = await again.baseUrl();
  assert.doesNotMatch(again.stdout, /setup\?token/);
  const later = createTestClient({ baseUrl: secondUrl });
  t.after(() => later.close());
  const aliceLater = later.withToken(alice.token);
  const bobLater = later.withToken(bob.token);
  const history = await aliceLater.messages(roomId, { dir: 'b', limit: 100 });
  const spoken = (history.chunk as Room['timeline']['events']).filter(({ type }) => type === 'm.room.message');
  assert.deepEqual(
    spoken.map(({ event_id }) => event_id),
    told.eventIds.toReversed(),
  );
  const sent = await aliceLater.send(roomId, 'm.room.message', { msgtype: 'm.text', body: 'Are you still there?' }, 'the day after');
  await bobLater.syncUntil((body: Body) => saw(body, roomId, sent), told.nextBatch);
  await again.stop();
});

/** Each says something, and the other reads it by a /sync that goes on from the one before. */
async function conversation(
  alice: Session,
  bob: Session,
  roomId: string,
  bobsToken: string,
): Promise<{ eventIds: string[]; nextBatch: string }> {
  const eventIds: string[] = [];
  let alices: string | undefined;
  let bobs = bobsToken;
  for (const line of ['Hello Bob!', 'It is warm in here.']) {
    const asked = await alice.sendText(roomId, line);
    const heard = await bob.syncUntil((body: Body) => saw(body, roomId, asked), bobs);
    assert.equal(heard.value.content.body, line);
    const answered = await bob.sendText(roomId, `${line} – says Alice.`);
    const read: { nextBatch: string } = await alice.syncUntil((body: Body) => saw(body, roomId, answered), alices);
    alices = read.nextBatch;
    bobs = heard.nextBatch;
    eventIds.push(asked, answered);
  }
  return { eventIds, nextBatch: bobs };
}

function saw(body: Body, roomId: string, eventId: string): Room['timeline']['events'][number] | undefined {
  return body.rooms?.join?.[roomId]?.timeline.events.find(({ event_id }) => event_id === eventId);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
