import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deviceKeys, identity, pairOf, post, signed, v3 } from './key-ring.ts';
import { onBoth } from './on-both.ts';
import { answersToWrongTypes, type Session } from '@hearth/testkit';

const upload = `${v3}/keys/device_signing/upload`;

onBoth('cross-signing', ({ somebody, another, passwordOf }) => {
  const query = (reader: Session, of: Session) => post(reader, 'query', { device_keys: { [of.userId]: [] } });
  /** Somebody with a device and an identity. */
  const person = async (name: string) => {
    const session = await somebody(name);
    const own = identity(session.userId);
    await post(session, 'upload', { device_keys: deviceKeys(session) });
    await post(session, 'device_signing/upload', own.upload);
    return { session, own };
  };

  test('the first keys are published without further proof, and come back as they were; the user-signing key only to its owner', async () => {
    const { session: alice, own } = await person('alice');
    const bob = await somebody('bob');
    const { master_key: master, self_signing_key: self, user_signing_key: user } = own.upload;
    const mine = await query(alice, alice);
    assert.deepEqual(
      [mine.master_keys, mine.self_signing_keys, mine.user_signing_keys],
      [{ [alice.userId]: { ...(master as object), signatures: {} } }, { [alice.userId]: self }, { [alice.userId]: user }],
    );
    const others = await query(bob, alice);
    assert.deepEqual(
      [others.master_keys, others.self_signing_keys, others.user_signing_keys],
      [mine.master_keys, mine.self_signing_keys, {}],
    );
  });

  test('the same keys again need no proof; others do, and take the place of all that the old master key signed', async () => {
    const { session: alice, own } = await person('alice');
    await post(alice, 'device_signing/upload', own.upload);
    await post(alice, 'device_signing/upload', { self_signing_key: own.upload['self_signing_key'] });
    const next = identity(alice.userId, 'next');
    const challenge = await alice.request('POST', upload, { body: next.upload });
    assert.deepEqual([challenge.status, challenge.body.flows], [401, [{ stages: ['m.login.password'] }]]);
    assert.deepEqual((await query(alice, alice)).self_signing_keys[alice.userId], own.upload['self_signing_key']);
    await alice.ok('POST', upload, { body: { ...next.upload, auth: { ...passwordOf(alice), session: challenge.body.session } } });
    assert.deepEqual((await query(alice, alice)).user_signing_keys[alice.userId], next.upload['user_signing_key']);
    const third = identity(alice.userId, 'third');
    await alice.ok('POST', upload, { body: { master_key: third.upload['master_key'], auth: passwordOf(alice) } });
    const { master_keys: masters, self_signing_keys: selfs } = await query(alice, alice);
    assert.deepEqual([Object.keys(masters[alice.userId].keys), selfs], [[`ed25519:${third.master.id}`], {}]);
  });

  test('two first uploads at once: one is refused and replaces nothing', async () => {
    const alice = await somebody('alice');
    const both = [identity(alice.userId, 'one'), identity(alice.userId, 'two')] as const;
    const answers = await Promise.all(both.map(({ upload: body }) => alice.request('POST', upload, { body })));
    const stored = (await query(alice, alice)).self_signing_keys[alice.userId];
    const winner = answers.findIndex(({ status }) => status === 200);
    assert.deepEqual(stored, both[winner]?.upload['self_signing_key']);
    assert.ok([401, 403].includes(answers[1 - winner]?.status ?? 0), JSON.stringify(answers[1 - winner]?.body));
  });

  test('EA-22: keys that the master key did not sign, or that are somebody else’s, are refused', async () => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')];
    const [own, foreign] = [identity(alice.userId), identity(alice.userId, 'foreign')];
    const { signatures: _, ...unsigned } = own.upload['self_signing_key'] as Record<string, unknown>;
    const forged = { ...unsigned, signatures: { [alice.userId]: { [`ed25519:${own.master.id}`]: foreign.master.sign(unsigned) } } };
    const refused = (errcode: string, body: object, status = 400) => alice.refused(status, errcode, 'POST', upload, { body });
    for (const self of [unsigned, forged, foreign.upload['self_signing_key']])
      await refused('M_INVALID_SIGNATURE', { ...own.upload, self_signing_key: self });
    await refused('M_INVALID_SIGNATURE', { ...own.upload, user_signing_key: foreign.upload['user_signing_key'] });
    for (const name of ['self_signing_key', 'user_signing_key']) await refused('M_MISSING_PARAM', { [name]: own.upload[name] });
    await refused('M_MISSING_PARAM', {});
    await refused('M_INVALID_PARAM', identity(bob.userId).upload);
    await refused('M_INVALID_PARAM', { ...own.upload, master_key: { ...(own.upload['master_key'] as object), usage: ['self_signing'] } });
    for (const keys of [{}, { 'ed25519:a': 'b' }, { 'ed25519:a': 'a' }, { x: own.master.id }, { 'ed25519:': '' }])
      await refused('M_INVALID_PARAM', { master_key: { ...(own.upload['master_key'] as object), keys } });
    await refused('M_INVALID_PARAM', {
      ...own.upload,
      user_signing_key: { ...(own.upload['self_signing_key'] as object), usage: ['self_signing', 'user_signing'] },
    });
    assert.deepEqual((await query(alice, alice)).master_keys, {});
  });

  test('a key whose id is that of a device is refused, and a device whose id is that of a key too', async () => {
    const alice = await somebody('alice');
    const own = identity(alice.userId);
    const device = await another(alice, { device_id: own.master.id });
    await post(device, 'upload', { device_keys: deviceKeys(device) });
    await alice.refused(403, 'M_FORBIDDEN', 'POST', upload, { body: own.upload });
    await device.logout();
    await post(alice, 'device_signing/upload', own.upload);
    const again = await another(alice, { device_id: own.selfSigning.id });
    await again.refused(400, 'M_INVALID_PARAM', 'POST', `${v3}/keys/upload`, { body: { device_keys: deviceKeys(again) } });
    // Nor do signatures on keys end with a device of that name.
    await alice.ok('POST', `${v3}/delete_devices`, { body: { devices: [own.selfSigning.id], auth: passwordOf(alice) } });
    assert.deepEqual((await query(alice, alice)).self_signing_keys[alice.userId], own.upload['self_signing_key']);
  });

  test('a master key may bring the signatures of devices: right ones are kept, wrong ones refused, strange ones left out', async () => {
    const alice = await somebody('alice');
    await post(alice, 'upload', { device_keys: deviceKeys(alice) });
    const own = identity(alice.userId);
    const master = own.upload['master_key'] as object;
    const device = pairOf(`${alice.userId} ${alice.deviceId}`, alice.deviceId);
    const forged = signed(master, alice.userId, pairOf('forger', alice.deviceId));
    await alice.refused(400, 'M_INVALID_SIGNATURE', 'POST', upload, { body: { ...own.upload, master_key: forged } });
    const strange = signed(signed(master, alice.userId, device), alice.userId, pairOf('strange', 'NODEVICE'));
    await post(alice, 'device_signing/upload', { ...own.upload, master_key: strange });
    assert.deepEqual((await query(alice, alice)).master_keys[alice.userId], signed(master, alice.userId, device));
  });

  test('EA-22: signatures are stored when they are right; forged ones, and ones on other contents, are reported and not stored', async () => {
    const { session: alice, own } = await person('alice');
    const bob = await somebody('bob');
    const phone = await another(alice);
    await post(phone, 'upload', { device_keys: deviceKeys(phone) });
    const bare = (session: Session): object => ({ ...deviceKeys(session), signatures: {} });
    const right = signed(bare(alice), alice.userId, own.selfSigning);
    const forged = signed(bare(phone), alice.userId, pairOf('forger', own.selfSigning.id));
    const changed = signed({ ...bare(phone), algorithms: ['m.weak'] }, alice.userId, own.selfSigning);
    const master = signed(own.upload['master_key'] as object, alice.userId, pairOf(`${alice.userId} ${alice.deviceId}`, alice.deviceId));
    const body = { [alice.userId]: { [alice.deviceId]: right, [phone.deviceId]: forged, NODEVICE: right, [own.master.id]: master } };
    const { failures } = await post(alice, 'signatures/upload', body);
    const codes = (of: Record<string, { errcode: string }> = {}): object =>
      Object.fromEntries(Object.entries(of).map(([id, { errcode }]) => [id, errcode]));
    assert.deepEqual(codes(failures[alice.userId]), { [phone.deviceId]: 'M_INVALID_SIGNATURE', NODEVICE: 'M_NOT_FOUND' });
    for (const [wrong, code] of [
      [changed, 'M_INVALID_PARAM'],
      [bare(phone), 'M_INVALID_SIGNATURE'],
      [signed(bare(phone), alice.userId, own.userSigning), 'M_INVALID_SIGNATURE'],
      [signed(bare(phone), bob.userId, pairOf('bob')), 'M_INVALID_SIGNATURE'],
    ] as const) {
      const answer = await post(alice, 'signatures/upload', { [alice.userId]: { [phone.deviceId]: wrong } });
      assert.deepEqual(codes(answer.failures[alice.userId]), { [phone.deviceId]: code });
    }
    const { device_keys: devices, master_keys: masters } = await query(bob, alice);
    assert.deepEqual(devices[alice.userId][alice.deviceId], { ...signed(deviceKeys(alice), alice.userId, own.selfSigning), unsigned: {} });
    assert.deepEqual(devices[alice.userId][phone.deviceId], { ...deviceKeys(phone), unsigned: {} });
    assert.deepEqual(masters[alice.userId], master);
  });

  test('EA-22: signatures that come with device keys are kept only from who can be checked, or the device itself', async () => {
    const { session: alice, own } = await person('alice');
    const [phone, tablet] = [await another(alice), await another(alice)];
    const vouched = signed(deviceKeys(phone), alice.userId, own.selfSigning);
    await post(phone, 'upload', { device_keys: vouched });
    const forged = signed(
      signed(deviceKeys(tablet), alice.userId, pairOf('forger', own.selfSigning.id)),
      '@bob:hearth.test',
      pairOf('bob'),
    );
    await post(tablet, 'upload', { device_keys: forged });
    const { device_keys: devices } = await query(alice, alice);
    assert.deepEqual(devices[alice.userId][phone.deviceId], { ...vouched, unsigned: {} });
    assert.deepEqual(devices[alice.userId][tablet.deviceId].signatures, deviceKeys(tablet).signatures);
  });

  test('whom somebody has verified is seen by them alone, and only master keys of others can be signed', async () => {
    const [{ session: alice, own }, { session: bob, own: bobs }] = [await person('alice'), await person('bob')];
    const carol = await somebody('carol');
    const verified = signed(bobs.upload['master_key'] as object, alice.userId, own.userSigning);
    const device = signed({ ...deviceKeys(bob), signatures: {} }, alice.userId, own.userSigning);
    const bySelfSigning = signed(bobs.upload['master_key'] as object, alice.userId, own.selfSigning);
    const { failures } = await post(alice, 'signatures/upload', { [bob.userId]: { [bobs.master.id]: verified, [bob.deviceId]: device } });
    assert.deepEqual(Object.keys(failures[bob.userId]), [bob.deviceId]);
    const wrong = await post(alice, 'signatures/upload', {
      [bob.userId]: { [bobs.master.id]: bySelfSigning },
      '@nobody:hearth.test': { x: verified },
    });
    assert.deepEqual(
      [wrong.failures[bob.userId][bobs.master.id].errcode, wrong.failures['@nobody:hearth.test'].x.errcode],
      ['M_INVALID_SIGNATURE', 'M_NOT_FOUND'],
    );
    assert.deepEqual((await query(alice, bob)).master_keys[bob.userId], verified);
    for (const reader of [bob, carol]) assert.deepEqual((await query(reader, bob)).master_keys[bob.userId].signatures, {});
    // With a new user-signing key what the old one said ends.
    const next = signed(
      { ...(own.upload['user_signing_key'] as object), keys: { [`ed25519:${pairOf('next').id}`]: pairOf('next').id }, signatures: {} },
      alice.userId,
      own.master,
    );
    await alice.ok('POST', upload, { body: { user_signing_key: next, auth: passwordOf(alice) } });
    assert.deepEqual((await query(alice, bob)).master_keys[bob.userId].signatures, {});
  });

  test('no field takes a wrong type', async () => {
    const alice = await somebody('alice');
    const own = identity(alice.userId);
    for (const [path, base] of [
      [upload, own.upload],
      [`${v3}/keys/signatures/upload`, { [alice.userId]: { [own.master.id]: own.upload['master_key'] } }],
    ] as const) {
      const wrong = await answersToWrongTypes(alice, 'POST', path, JSON.parse(JSON.stringify(base)));
      assert.deepEqual(
        wrong.filter(({ status }) => status !== 400),
        [],
        path,
      );
    }
    assert.deepEqual((await query(alice, alice)).master_keys, {});
  });
});
