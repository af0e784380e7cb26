import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { answersToWrongTypes, type Session, startHearth, type TestHearth } from '@hearth/testkit';

type Joined = { timeline?: { events: { state_key?: string; content: { displayname?: string } }[] } };

let hearth: TestHearth;
let alice: Session;
let bob: Session;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
  bob = await hearth.client.register('bob', 'password of bob');
});
after(() => hearth.stop());

const profile = (userId: string, field = ''): string =>
  `/_matrix/client/v3/profile/${encodeURIComponent(userId)}${field === '' ? '' : `/${encodeURIComponent(field)}`}`;
const put = (client: Session, field: string, value: unknown, userId = client.userId) =>
  client.request('PUT', profile(userId, field), { body: { [field]: value } });

test('somebody is called by the local part of their id until they say otherwise', async () => {
  const carol = await hearth.client.register('carol.of.1', 'password of carol');
  assert.deepEqual(await hearth.client.ok('GET', profile(carol.userId)), { displayname: 'carol.of.1' });
  const room = await carol.createRoom();
  assert.equal((await carol.getState(room, 'm.room.member', carol.userId)).displayname, 'carol.of.1');
  await carol.ok('PUT', profile(carol.userId, 'displayname'), { body: { displayname: '' } });
  assert.deepEqual(await hearth.client.ok('GET', profile(carol.userId)), {});
  await hearth.client.refused(404, 'M_NOT_FOUND', 'GET', profile(carol.userId, 'displayname'));
});

test('a profile shows what is set field by field and as a whole, also to strangers', async () => {
  await bob.ok('PUT', profile(bob.userId, 'displayname'), { body: { displayname: 'Bob' } });
  await bob.ok('PUT', profile(bob.userId, 'avatar_url'), { body: { avatar_url: 'mxc://hearth.test/bob' } });
  await bob.ok('PUT', profile(bob.userId, 'm.tz'), { body: { 'm.tz': 'Europe/London' } });
  await bob.ok('PUT', profile(bob.userId, 'org.example.pets'), { body: { 'org.example.pets': [{ name: 'Rex', age: 1.5 }, null] } });
  assert.deepEqual(await hearth.client.ok('GET', profile(bob.userId)), {
    displayname: 'Bob',
    avatar_url: 'mxc://hearth.test/bob',
    'm.tz': 'Europe/London',
    'org.example.pets': [{ name: 'Rex', age: 1.5 }, null],
  });
  assert.deepEqual(await hearth.client.ok('GET', profile(bob.userId, 'displayname')), { displayname: 'Bob' });
  await bob.ok('DELETE', profile(bob.userId, 'org.example.pets'));
  await bob.ok('DELETE', profile(bob.userId, 'org.example.pets'));
  await hearth.client.refused(404, 'M_NOT_FOUND', 'GET', profile(bob.userId, 'org.example.pets'));
  await bob.ok('PUT', profile(bob.userId, 'avatar_url'), { body: { avatar_url: '' } });
  await hearth.client.refused(404, 'M_NOT_FOUND', 'GET', profile(bob.userId, 'avatar_url'));
});

test('somebody else’s profile is theirs', async () => {
  assert.equal((await put(alice, 'displayname', 'Fool', bob.userId)).body.errcode, 'M_FORBIDDEN');
  await alice.refused(403, 'M_FORBIDDEN', 'DELETE', profile(bob.userId, 'displayname'));
  await hearth.client.refused(401, 'M_MISSING_TOKEN', 'PUT', profile(bob.userId, 'displayname'), { body: { displayname: 'Fool' } });
});

test('unknown users, foreign users and what is no user id', async () => {
  for (const userId of ['@nobody:hearth.test', '@bob:elsewhere.test']) {
    await hearth.client.refused(404, 'M_NOT_FOUND', 'GET', profile(userId));
    await hearth.client.refused(404, 'M_NOT_FOUND', 'GET', profile(userId, 'displayname'));
  }
  await hearth.client.refused(400, 'M_INVALID_PARAM', 'GET', profile('bob'));
});

test('names and values that cannot be are refused', async () => {
  for (const field of ['Displayname', 'name with space', '1st', '.dot', 'é'])
    assert.equal((await put(alice, field, 'x')).body.errcode, 'M_INVALID_PARAM', field);
  assert.equal((await put(alice, 'k'.repeat(256), 'x')).body.errcode, 'M_KEY_TOO_LARGE');
  await alice.refused(400, 'M_MISSING_PARAM', 'PUT', profile(alice.userId, 'displayname'), { body: { avatar_url: 'mxc://a/b' } });
  for (const value of [null, 1, true, [], {}]) {
    for (const field of ['displayname', 'avatar_url', 'm.tz'])
      assert.equal((await put(alice, field, value)).body.errcode, 'M_BAD_JSON', `${field} ${JSON.stringify(value)}`);
  }
  assert.equal((await put(alice, 'displayname', 'x'.repeat(257))).body.errcode, 'M_INVALID_PARAM');
  assert.equal((await put(alice, 'avatar_url', 'x'.repeat(1001))).body.errcode, 'M_INVALID_PARAM');
  for (const { status } of await answersToWrongTypes(alice, 'PUT', profile(alice.userId, 'displayname'), { displayname: 'Alice' }))
    assert.equal(status, 400);
  assert.deepEqual(await hearth.client.ok('GET', profile(alice.userId)), { displayname: 'alice' });
});

test('an avatar may be any text: what is no mxc address shows no picture', async () => {
  for (const url of ['https://example.org/me.png', 'mxc://', 'somewhere']) {
    assert.equal((await put(alice, 'avatar_url', url)).status, 200, url);
    assert.deepEqual(await hearth.client.ok('GET', profile(alice.userId, 'avatar_url')), { avatar_url: url });
  }
  await put(alice, 'avatar_url', '');
});

test('names as __proto__ of JSON do no harm', async () => {
  const answer = await alice.request('PUT', profile(alice.userId, 'org.example.odd'), {
    body: Buffer.from('{"org.example.odd":{"__proto__":{"admin":true}}}'),
  });
  assert.equal(answer.status, 200);
  assert.match(Buffer.from((await alice.request('GET', profile(alice.userId))).bytes).toString(), /"__proto__":\{"admin":true\}/);
  await alice.ok('DELETE', profile(alice.userId, 'org.example.odd'));
});

test('a whole profile has less than 64 KiB, whoever is faster', async () => {
  const big = 'x'.repeat(30_000);
  const answers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => put(alice, `org.example.${name}`, big)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 2);
  for (const { status, body } of answers) if (status !== 200) assert.deepEqual([status, body.errcode], [400, 'M_PROFILE_TOO_LARGE']);
  const whole = await alice.request('GET', profile(alice.userId));
  assert.ok(whole.bytes.length < 64 * 1024);
  // A field may be replaced by one of the same size, though there is no room for both.
  const kept = Object.keys(whole.body).find((name) => name.startsWith('org.example.')) ?? '';
  assert.equal((await put(alice, kept, 'y'.repeat(30_000))).status, 200);
  for (const name of Object.keys(whole.body)) await alice.ok('DELETE', profile(alice.userId, name));
});

test('a new name reaches the member events of all joined rooms, and nothing else changes', async () => {
  const rooms = [
    await bob.createRoom({ preset: 'public_chat' }),
    await bob.createRoom({ preset: 'public_chat' }),
    await bob.createRoom({ preset: 'public_chat' }),
  ];
  const [first = '', second = '', left = ''] = rooms;
  for (const room of rooms) await alice.join(room);
  await alice.leave(left);
  await alice.setState(first, 'm.room.member', alice.userId, { membership: 'join', displayname: 'Old', 'org.example.hat': 'red' });
  const { next_batch: since } = await bob.sync();
  await alice.ok('PUT', profile(alice.userId, 'displayname'), { body: { displayname: 'Alice' } });
  const seen = new Set<string>();
  await bob.syncUntil((body) => {
    for (const [room, joined] of Object.entries<Joined>(body.rooms?.join ?? {})) {
      const isNew = joined.timeline?.events.some((event) => event.state_key === alice.userId && event.content.displayname === 'Alice');
      if (isNew === true) seen.add(room);
    }
    return seen.size === 2 ? true : undefined;
  }, since);
  assert.deepEqual([...seen].sort(), [first, second].sort());
  assert.deepEqual(await bob.getState(first, 'm.room.member', alice.userId), {
    membership: 'join',
    displayname: 'Alice',
    'org.example.hat': 'red',
  });
  assert.equal((await bob.getState(left, 'm.room.member', alice.userId)).membership, 'leave');
});

test('who joins or is invited does so with name and picture', async () => {
  await alice.ok('PUT', profile(alice.userId, 'displayname'), { body: { displayname: 'Alice' } });
  await bob.ok('PUT', profile(bob.userId, 'displayname'), { body: { displayname: 'Bob' } });
  const room = await alice.createRoom();
  assert.equal((await alice.getState(room, 'm.room.member', alice.userId)).displayname, 'Alice');
  await alice.invite(room, bob.userId);
  assert.equal((await alice.getState(room, 'm.room.member', bob.userId)).displayname, 'Bob');
});

test('clients of 2015 set and read the two fields on their paths', async () => {
  const path = `/_matrix/client/api/v1/profile/${encodeURIComponent(bob.userId)}`;
  assert.equal((await bob.request('PUT', `${path}/displayname`, { body: { displayname: 'Robert' } })).status, 200);
  assert.deepEqual((await bob.request('GET', `${path}/displayname`)).body, { displayname: 'Robert' });
  assert.equal((await bob.request('GET', path)).body.displayname, 'Robert');
});
