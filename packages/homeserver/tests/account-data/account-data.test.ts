import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { answersToWrongTypes, newsOf, type Session, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
let alice: Session;
let bob: Session;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
  bob = await hearth.client.register('bob', 'password of bob');
});
after(() => hearth.stop());

const path = (type: string, room?: string, user = alice.userId): string =>
  `/_matrix/client/v3/user/${encodeURIComponent(user)}${room === undefined ? '' : `/rooms/${encodeURIComponent(room)}`}/account_data/${encodeURIComponent(type)}`;
type Event = { type: string; content: object };
const without = (events: readonly Event[]): Event[] => events.filter((event) => event.type !== 'm.push_rules');

test('account data comes back as it was stored, globally and by room, and the newest counts', async () => {
  const room = await alice.createRoom();
  await alice.ok('PUT', path('org.example.a'), { body: { old: true } });
  const content = { a: 1.5, b: [null, { __proto__x: 'x' }], 'c d': 'ü😀', __proto: {} };
  await alice.ok('PUT', path('org.example.a'), { body: content });
  await alice.ok('PUT', path('org.example.a', room), { body: { room: 1 } });
  assert.deepEqual(await alice.ok('GET', path('org.example.a')), content);
  assert.deepEqual(await alice.ok('GET', path('org.example.a', room)), { room: 1 });
  await alice.refused(404, 'M_NOT_FOUND', 'GET', path('org.example.b'));
  await alice.refused(404, 'M_NOT_FOUND', 'GET', path('org.example.b', room));
});

test('every device is told what changed, and a first sync has everything', async () => {
  const room = await alice.createRoom();
  const phone = await hearth.client.login('alice', 'password of alice');
  const { next_batch: since } = await phone.sync();
  await alice.ok('PUT', path('org.example.one'), { body: { n: 1 } });
  await alice.ok('PUT', path('org.example.one'), { body: { n: 2 } });
  await alice.ok('PUT', path('m.tag', room), { body: { tags: {} } });
  const body = await phone.sync({ since });
  assert.deepEqual(body.account_data.events, [{ type: 'org.example.one', content: { n: 2 } }]);
  assert.deepEqual(body.rooms.join[room].account_data.events, [{ type: 'm.tag', content: { tags: {} } }]);
  assert.deepEqual(body.rooms.join[room].timeline.events, []);
  const first = await phone.sync();
  assert.ok(first.account_data.events.some((event: Event) => event.type === 'org.example.one'));
  assert.deepEqual(first.rooms.join[room].account_data.events, [{ type: 'm.tag', content: { tags: {} } }]);
});

test('a room that is joined comes with what is stored for it, and a left one where it is shown', async () => {
  const room = await bob.createRoom({ preset: 'public_chat' });
  await alice.ok('PUT', path('org.example.early', room), { body: { early: true } });
  const { next_batch: since } = await alice.sync();
  await alice.join(room);
  const expected = [{ type: 'org.example.early', content: { early: true } }];
  assert.deepEqual((await alice.sync({ since })).rooms.join[room].account_data.events, expected);
  await alice.leave(room);
  const filter = JSON.stringify({ room: { include_leave: true } });
  assert.deepEqual((await alice.sync({ filter })).rooms.leave[room].account_data.events, expected);
});

test('account data is its owner’s: others neither read nor write nor hear of it', async () => {
  const room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
  const { next_batch: since } = await bob.sync();
  await alice.ok('PUT', path('org.example.mine', room), { body: {} });
  for (const place of [undefined, room]) {
    await bob.refused(403, 'M_FORBIDDEN', 'GET', path('org.example.mine', place));
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', path('org.example.mine', place), { body: {} });
  }
  assert.deepEqual(newsOf(await bob.sync({ since })), []);
  assert.deepEqual(without((await bob.sync()).account_data.events), []);
});

test('what the server keeps itself cannot be written, and can be read', async () => {
  const room = await alice.createRoom();
  for (const type of ['m.fully_read', 'm.push_rules']) {
    for (const place of [undefined, room]) await alice.refused(405, 'M_BAD_JSON', 'PUT', path(type, place), { body: {} });
  }
  const rules = await alice.ok('GET', path('m.push_rules'));
  assert.ok(rules.global.override.length > 0);
});

test('only objects are account data, of a bounded number and with bounded types, in rooms that there are', async () => {
  for (const body of [[], 'x', 1, null, true]) assert.equal((await alice.request('PUT', path('org.example.x'), { body })).status, 400);
  await alice.refused(400, 'M_NOT_JSON', 'PUT', path('org.example.x'), { body: Buffer.from('{') });
  await alice.refused(400, 'M_INVALID_PARAM', 'PUT', path('org.example.\0'), { body: {} });
  await alice.refused(400, 'M_INVALID_PARAM', 'PUT', path('x'.repeat(256)), { body: {} });
  await alice.refused(400, 'M_INVALID_PARAM', 'PUT', path('m.tag', 'no-room'), { body: {} });
  await alice.refused(404, 'M_NOT_FOUND', 'PUT', path('m.tag', '!nowhere:hearth.test'), { body: {} });
  await alice.refused(404, 'M_NOT_FOUND', 'GET', path('m.tag', '!nowhere:hearth.test'));
  await alice.ok('PUT', path('org.example.big'), { body: Buffer.from('{"n":12345678901234567890}') });
  await alice.ok('PUT', path('org.example.nul'), { body: { text: 'a\0b' } });
  const wrong = await answersToWrongTypes(alice, 'PUT', path('org.example.x'), {});
  assert.deepEqual(
    wrong.filter((answer) => answer.status !== 400),
    [],
  );
});

test('N-01, MD-15: keys that mean something to the language, and odd characters, are data like all other', async () => {
  const text = '{"__proto__":{"admin":true},"constructor":1,"toString":"x","then":null,"😀\\u0000\\uffff":"\\u0000"}';
  const { next_batch: since } = await alice.sync();
  for (const type of ['__proto__', 'constructor', 'org.example.odd']) {
    await alice.ok('PUT', path(type), { body: Buffer.from(text) });
    const answer = await alice.request('GET', path(type));
    assert.deepEqual(JSON.parse(Buffer.from(answer.bytes).toString()), JSON.parse(text));
  }
  const body = await alice.request('GET', '/_matrix/client/v3/sync', { query: { since } });
  assert.ok(Buffer.from(body.bytes).toString().includes('{"type":"__proto__","content":{"__proto__":{"admin":true},"constructor":1,'));
  await alice.refused(400, 'M_BAD_JSON', 'PUT', path('org.example.odd'), { body: Buffer.from('{"a":"\\ud800"}') });
  const room = await alice.createRoom();
  for (const event of ['__proto__', 'constructor']) {
    const receipt = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/receipt/m.read/${event}`;
    await alice.refused(404, 'M_NOT_FOUND', 'POST', receipt, { body: {} });
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', receipt.replace('m.read', event), { body: {} });
  }
});

test('what clients keep of their secrets comes back on a new device as it was stored', async () => {
  const description = {
    algorithm: 'm.secret_storage.v1.aes-hmac-sha2',
    iv: 'iv',
    mac: 'mac',
    passphrase: { algorithm: 'm.pbkdf2', iterations: 500_000, salt: 's' },
  };
  const secret = { encrypted: { abcdef: { iv: 'iv', ciphertext: 'c'.repeat(200), mac: 'mac' } } };
  const stored: Record<string, object> = {
    'm.secret_storage.default_key': { key: 'abcdef' },
    'm.secret_storage.key.abcdef': description,
    'm.cross_signing.master': secret,
    'm.cross_signing.self_signing': secret,
    'm.cross_signing.user_signing': secret,
    'm.megolm_backup.v1': secret,
    'org.matrix.msc3814': secret,
  };
  for (const [type, content] of Object.entries(stored)) await alice.ok('PUT', path(type), { body: content });
  const phone = await hearth.client.login('alice', 'password of alice');
  const events: { type: string; content: object }[] = (await phone.sync()).account_data.events;
  for (const [type, content] of Object.entries(stored)) {
    assert.deepEqual(await phone.ok('GET', path(type)), content);
    assert.deepEqual(events.find((event) => event.type === type)?.content, content);
  }
});
