import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deviceKeys, identity, post, signed, v3 } from './key-ring.ts';
import { onBoth } from './on-both.ts';
import type { Session } from '@hearth/testkit';

type Lists = { changed: string[]; left: string[] };
const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };

onBoth('device lists', ({ somebody, another, passwordOf }) => {
  const encrypted = (creator: Session) => creator.createRoom({ preset: 'public_chat', initial_state: [encryption] });
  const plain = (creator: Session) => creator.createRoom({ preset: 'public_chat' });
  const token = async (session: Session): Promise<string> => (await session.sync()).next_batch;
  /** What /sync says since a token; GET keys/changes must say the same. */
  const listsSince = async (session: Session, since: string): Promise<Lists> => {
    const { device_lists: lists, next_batch: to } = await session.sync({ since });
    const { changed, left } = await session.ok('GET', `${v3}/keys/changes`, { query: { from: since, to } });
    const found = { changed: (lists?.changed ?? []).toSorted(), left: (lists?.left ?? []).toSorted() };
    assert.deepEqual({ changed: changed.toSorted(), left: left.toSorted() }, found);
    return found;
  };
  const pair = async (): Promise<[Session, Session]> => [await somebody('alice'), await somebody('bob')];

  test('new keys, names, signatures and the end of a device are told to who shares a room, to the user’s own devices, and to nobody else', async () => {
    const [alice, bob] = await pair();
    const stranger = await somebody('stranger');
    await bob.join(await encrypted(alice));
    const phone = await another(alice);
    const own = identity(alice.userId);
    const steps: (() => Promise<unknown>)[] = [
      () => post(alice, 'upload', { device_keys: deviceKeys(alice) }),
      () => alice.ok('PUT', `${v3}/devices/${alice.deviceId}`, { body: { display_name: 'New name' } }),
      () => post(alice, 'device_signing/upload', own.upload),
      () =>
        post(alice, 'signatures/upload', {
          [alice.userId]: { [alice.deviceId]: signed({ ...deviceKeys(alice), signatures: {} }, alice.userId, own.selfSigning) },
        }),
      () => alice.ok('DELETE', `${v3}/devices/${phone.deviceId}`, { body: { auth: passwordOf(alice) } }),
    ];
    for (const [index, step] of steps.entries()) {
      const [bobs, alices, strangers] = [await token(bob), await token(alice), await token(stranger)];
      const waiting = bob.sync({ since: bobs, timeout: 10_000 });
      await step();
      assert.deepEqual((await waiting).device_lists, { changed: [alice.userId], left: [] }, `step ${index}`);
      assert.deepEqual(await listsSince(bob, bobs), { changed: [alice.userId], left: [] });
      assert.deepEqual(await listsSince(alice, alices), { changed: [alice.userId], left: [] });
      assert.deepEqual(await listsSince(stranger, strangers), { changed: [], left: [] });
    }
    const since = await token(bob);
    await post(alice, 'upload', { device_keys: deviceKeys(alice) });
    assert.deepEqual(await listsSince(bob, since), { changed: [], left: [] }, 'the same keys again are no news');
    assert.equal((await bob.sync()).device_lists, undefined);
  });

  test('whom somebody verified is told to their own devices only', async () => {
    const [alice, bob] = await pair();
    const room = await encrypted(alice);
    await bob.join(room);
    const [own, bobs] = [identity(alice.userId), identity(bob.userId)];
    await post(alice, 'device_signing/upload', own.upload);
    await post(bob, 'device_signing/upload', bobs.upload);
    const [alices, bobsToken] = [await token(alice), await token(bob)];
    await post(alice, 'signatures/upload', {
      [bob.userId]: { [bobs.master.id]: signed(bobs.upload['master_key'] as object, alice.userId, own.userSigning) },
    });
    assert.deepEqual(await listsSince(alice, alices), { changed: [bob.userId], left: [] });
    assert.deepEqual(await listsSince(bob, bobsToken), { changed: [], left: [] });
  });

  for (const [kind, make] of [
    ['encrypted', encrypted],
    ['plain', plain],
  ] as const) {
    test(`${kind} room: who comes and who goes is told to those who are there, and to themselves`, async () => {
      const [alice, bob] = await pair();
      const room = await make(alice);
      let [alices, bobs] = [await token(alice), await token(bob)];
      await bob.join(room);
      assert.deepEqual(await listsSince(alice, alices), { changed: [bob.userId], left: [] });
      assert.deepEqual(await listsSince(bob, bobs), { changed: [alice.userId], left: [] });
      [alices, bobs] = [await token(alice), await token(bob)];
      await bob.leave(room);
      assert.deepEqual(await listsSince(alice, alices), { changed: [], left: [bob.userId] });
      assert.deepEqual(await listsSince(bob, bobs), { changed: [], left: [alice.userId] });
    });
  }

  test('who shares another room already is no newcomer, and has not left when one of two rooms ends', async () => {
    const [alice, bob] = await pair();
    const [one, two] = [await encrypted(alice), await encrypted(alice)];
    await bob.join(one);
    let since = await token(alice);
    await bob.join(two);
    assert.deepEqual(await listsSince(alice, since), { changed: [], left: [] });
    since = await token(alice);
    await bob.leave(one);
    assert.deepEqual(await listsSince(alice, since), { changed: [], left: [] });
    await bob.leave(two);
    assert.deepEqual(await listsSince(alice, since), { changed: [], left: [bob.userId] });
  });

  test('an encrypted room beside a plain one is a new reason to ask for keys, and its end one to stop', async () => {
    const [alice, bob] = await pair();
    const [one, two] = [await plain(alice), await encrypted(alice)];
    await bob.join(one);
    let since = await token(alice);
    await bob.join(two);
    assert.deepEqual(await listsSince(alice, since), { changed: [bob.userId], left: [] });
    since = await token(alice);
    await bob.leave(two);
    assert.deepEqual(await listsSince(alice, since), { changed: [], left: [bob.userId] });
    since = await token(alice);
    await alice.setState(one, 'm.room.encryption', '', encryption.content);
    const { changed } = await listsSince(alice, since);
    assert.ok(changed.includes(bob.userId));
  });

  test('gaps: going and coming back is told, since nobody heard what happened in between', async () => {
    const [alice, bob] = await pair();
    const room = await encrypted(alice);
    await bob.join(room);
    let [alices, bobs] = [await token(alice), await token(bob)];
    await bob.leave(room);
    await post(bob, 'upload', { device_keys: deviceKeys(bob) });
    await bob.join(room);
    assert.deepEqual(await listsSince(alice, alices), { changed: [bob.userId], left: [] });
    assert.ok((await listsSince(bob, bobs)).changed.includes(alice.userId));
    [alices, bobs] = [await token(alice), await token(bob)];
    await bob.setState(room, 'm.room.member', bob.userId, { membership: 'join', displayname: 'Bob the second' });
    assert.deepEqual(await listsSince(alice, alices), { changed: [], left: [] }, 'a new name is no new membership');
    assert.deepEqual(await listsSince(bob, bobs), { changed: [], left: [] });
    await bob.leave(room);
    await bob.join(room);
    await bob.leave(room);
    assert.deepEqual(await listsSince(alice, alices), { changed: [], left: [bob.userId] });
  });

  test('a room that came and went within a gap leaves nothing', async () => {
    const [alice, bob] = await pair();
    const room = await encrypted(alice);
    const [alices, bobs] = [await token(alice), await token(bob)];
    await bob.join(room);
    await post(alice, 'upload', { device_keys: deviceKeys(alice) });
    await bob.leave(room);
    const { left } = await listsSince(alice, alices);
    assert.deepEqual(left, []);
    assert.deepEqual(await listsSince(bob, bobs), { changed: [], left: [] });
  });

  test('who left is not told who comes and goes afterwards', async () => {
    const [alice, bob] = await pair();
    const [carol, dave] = [await somebody('carol'), await somebody('dave')];
    const room = await encrypted(alice);
    await bob.join(room);
    const since = await token(bob);
    await bob.leave(room);
    for (const later of [carol, dave]) {
      await later.join(room);
      await post(later, 'upload', { device_keys: deviceKeys(later) });
    }
    await dave.leave(room);
    assert.deepEqual(await listsSince(bob, since), { changed: [], left: [alice.userId] });
  });

  test('somebody invited is among those to encrypt for: told when invited, when their keys change, when they decline', async () => {
    const [alice, bob] = await pair();
    const room = await encrypted(alice);
    let since = await token(alice);
    const bobs = await token(bob);
    await alice.invite(room, bob.userId);
    assert.deepEqual(await listsSince(alice, since), { changed: [bob.userId], left: [] });
    since = await token(alice);
    await post(bob, 'upload', { device_keys: deviceKeys(bob) });
    assert.deepEqual(await listsSince(alice, since), { changed: [bob.userId], left: [] });
    await post(alice, 'upload', { device_keys: deviceKeys(alice) });
    assert.deepEqual((await listsSince(bob, bobs)).changed, [bob.userId], 'an invitation alone shows nothing of the room');
    since = await token(alice);
    await bob.leave(room);
    assert.deepEqual(await listsSince(alice, since), { changed: [], left: [bob.userId] });
    since = await token(alice);
    await alice.ban(room, bob.userId);
    assert.deepEqual(await listsSince(alice, since), { changed: [], left: [] });
  });

  test('a logout, a new password and the end of an account are noticed by others', async () => {
    const [alice, bob] = await pair();
    await bob.join(await encrypted(alice));
    for (const end of [
      async () => (await another(alice)).logout(),
      () => alice.ok('POST', `${v3}/account/password`, { body: { new_password: 'correct horse battery', auth: passwordOf(alice) } }),
      async () => {
        await another(alice);
        const since = await token(bob);
        await alice.ok('POST', `${v3}/account/deactivate`, { body: { auth: passwordOf(alice) } });
        await bob.syncUntil((body) => (body.device_lists?.left as string[] | undefined)?.includes(alice.userId) || undefined, since);
      },
    ]) {
      await another(alice);
      const since = await token(bob);
      await end();
      const { changed, left } = await listsSince(bob, since);
      assert.ok([...changed, ...left].includes(alice.userId));
    }
  });

  test('keys/changes takes tokens of /sync only', async () => {
    const alice = await somebody('alice');
    const good = await token(alice);
    for (const bad of ['', 'x', 't1_1', good.replace(/^s......../, 'sAAAAAAAA'), `${good}9`.repeat(40)]) {
      for (const query of [
        { from: bad, to: good },
        { from: good, to: bad },
      ])
        await alice.refused(400, 'M_INVALID_PARAM', 'GET', `${v3}/keys/changes`, { query });
    }
    await alice.refused(400, 'M_MISSING_PARAM', 'GET', `${v3}/keys/changes`, { query: { from: good } });
    assert.deepEqual(await alice.ok('GET', `${v3}/keys/changes`, { query: { from: good, to: good } }), { changed: [], left: [] });
  });
});
