import assert from 'node:assert/strict';
import { test } from 'node:test';

import { quiet } from '../quiet.ts';
import { claimed, claimOf, deviceKeys, oneTimeKeys, pairOf, post, signed, v3 } from './key-ring.ts';
import { onBoth } from './on-both.ts';
import { answersToWrongTypes } from '@hearth/testkit';

onBoth('keys', ({ hearth, somebody, another, passwordOf }) => {
  test('device keys come back as they were uploaded, with the name of the device; others’ are asked for one by one or all', async () => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')];
    const phone = await another(alice, { initial_device_display_name: 'Phone' });
    await post(alice, 'upload', { device_keys: deviceKeys(alice) });
    const keys = deviceKeys(phone, undefined, { dehydrated: false, 'org.example.more': { n: 1 } });
    await post(phone, 'upload', { device_keys: { ...keys, unsigned: { device_display_name: 'a lie' } } });
    const query = (devices: string[]) => post(bob, 'query', { device_keys: { [alice.userId]: devices, '@nobody:hearth.test': [] } });
    const all = await query([]);
    assert.deepEqual(all.device_keys['@nobody:hearth.test'], {});
    assert.deepEqual(all.device_keys[alice.userId], {
      [alice.deviceId]: { ...deviceKeys(alice), unsigned: {} },
      [phone.deviceId]: { ...keys, unsigned: { device_display_name: 'Phone' } },
    });
    assert.deepEqual(all.failures, {});
    const one = await query([phone.deviceId, 'UNKNOWN']);
    assert.deepEqual(Object.keys(one.device_keys[alice.userId]), [phone.deviceId]);
  });

  test('device keys of somebody else, or of another device, are refused', async () => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')];
    for (const keys of [deviceKeys(bob), deviceKeys({ ...alice, deviceId: 'OTHER' }), deviceKeys({ ...bob, deviceId: alice.deviceId })])
      await alice.refused(400, 'M_INVALID_PARAM', 'POST', `${v3}/keys/upload`, { body: { device_keys: keys } });
    const { device_keys: found } = await post(alice, 'query', { device_keys: { [alice.userId]: [], [bob.userId]: [] } });
    assert.deepEqual(found, { [alice.userId]: {}, [bob.userId]: {} });
  });

  test('one-time keys are counted, given out once each and the oldest first', async () => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')];
    const newer = { 'signed_curve25519:A': Object.values(oneTimeKeys(alice, 1, 'N'))[0] };
    const counts = await post(alice, 'upload', { one_time_keys: { ...oneTimeKeys(alice, 3, 'Z'), 'curve25519:plain': 'text' } });
    assert.deepEqual(counts.one_time_key_counts, { signed_curve25519: 3, curve25519: 1 });
    await post(alice, 'upload', { one_time_keys: newer });
    const given: (string | undefined)[] = [];
    for (let index = 0; index < 5; index += 1)
      given.push(claimed(await post(bob, 'claim', claimOf(alice.userId, alice.deviceId)), alice.userId, alice.deviceId));
    assert.deepEqual(given, [...['Z0000', 'Z0001', 'Z0002', 'A'].map((id) => `signed_curve25519:${id}`), undefined]);
    assert.deepEqual((await post(alice, 'upload', {})).one_time_key_counts, { signed_curve25519: 0, curve25519: 1 });
    const plain = await post(bob, 'claim', claimOf(alice.userId, alice.deviceId, 'curve25519'));
    assert.deepEqual(plain.one_time_keys[alice.userId][alice.deviceId], { 'curve25519:plain': 'text' });
  });

  test('the same one-time key again is no mistake, another one of the same name is, and none of that upload is taken', async () => {
    const alice = await somebody('alice');
    const keys = oneTimeKeys(alice, 2);
    for (const _ of [1, 2])
      assert.deepEqual((await post(alice, 'upload', { one_time_keys: keys })).one_time_key_counts, { signed_curve25519: 2 });
    const [name = ''] = Object.keys(keys);
    const other = { ...oneTimeKeys(alice, 1, 'B'), [name]: Object.values(oneTimeKeys(alice, 1, 'C'))[0] };
    const refusal = await alice.refused(400, 'M_UNKNOWN', 'POST', `${v3}/keys/upload`, { body: { one_time_keys: other } });
    assert.match(refusal.error, /^One time key signed_curve25519:A0000 already exists/);
    assert.deepEqual((await post(alice, 'upload', {})).one_time_key_counts, { signed_curve25519: 2 });
  });

  test('a key that was given out does not come back when its upload is repeated', async () => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')];
    const keys = oneTimeKeys(alice, 1);
    await post(alice, 'upload', { one_time_keys: keys });
    const claim = () => post(bob, 'claim', claimOf(alice.userId, alice.deviceId));
    assert.ok(claimed(await claim(), alice.userId, alice.deviceId));
    assert.deepEqual((await post(alice, 'upload', { one_time_keys: keys })).one_time_key_counts, { signed_curve25519: 0 });
    assert.equal(claimed(await claim(), alice.userId, alice.deviceId), undefined);
  });

  test('uploads of a device that come at once with keys of each other are all taken, or told to come again', async () => {
    const alice = await somebody('alice');
    const some = Array.from({ length: 12 }, (_, n) => post(alice, 'upload', { one_time_keys: oneTimeKeys(alice, 5 + n) }));
    await Promise.all(some);
    assert.deepEqual((await post(alice, 'upload', {})).one_time_key_counts, { signed_curve25519: 16 });
    const many = Array.from({ length: 60 }, (_, n) =>
      alice.request('POST', `${v3}/keys/upload`, { body: { one_time_keys: oneTimeKeys(alice, 5 + n, 'B') } }),
    );
    for (const { status } of await Promise.all(many)) assert.ok([200, 503].includes(status), `${status}`);
  });

  test('64 claims at once get 64 different keys, and those that come too late get the fallback key', async () => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')];
    const fallback = signed({ key: pairOf('fallback').publicKey, fallback: true }, alice.userId, pairOf('any', alice.deviceId));
    await post(alice, 'upload', { one_time_keys: oneTimeKeys(alice, 60), fallback_keys: { 'signed_curve25519:FALL': fallback } });
    const answers = await Promise.all(Array.from({ length: 64 }, () => post(bob, 'claim', claimOf(alice.userId, alice.deviceId))));
    const names = answers.map((body) => claimed(body, alice.userId, alice.deviceId));
    assert.equal(names.filter((name) => name === 'signed_curve25519:FALL').length, 4);
    assert.equal(new Set(names).size, 61);
  });

  test('a fallback key is given out again and again, its device is told, and a new one takes its place', async () => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')];
    const fallback = (id: string) => ({ [`signed_curve25519:${id}`]: { ...Object.values(oneTimeKeys(alice, 1, id))[0], fallback: true } });
    const types = async (): Promise<string[]> => {
      const body = await alice.sync();
      assert.deepEqual(body['org.matrix.msc2732.device_unused_fallback_key_types'], body.device_unused_fallback_key_types);
      return body.device_unused_fallback_key_types;
    };
    assert.deepEqual(await types(), []);
    await post(alice, 'upload', { fallback_keys: fallback('ONE') });
    assert.deepEqual(await types(), ['signed_curve25519']);
    for (const _ of [1, 2])
      assert.equal(
        claimed(await post(bob, 'claim', claimOf(alice.userId, alice.deviceId)), alice.userId, alice.deviceId),
        'signed_curve25519:ONE',
      );
    assert.deepEqual(await types(), []);
    await post(alice, 'upload', { fallback_keys: fallback('ONE') });
    assert.deepEqual(await types(), [], 'the same key again is still used');
    await post(alice, 'upload', { fallback_keys: fallback('TWO') });
    assert.deepEqual(await types(), ['signed_curve25519']);
    assert.equal(
      claimed(await post(bob, 'claim', claimOf(alice.userId, alice.deviceId)), alice.userId, alice.deviceId),
      'signed_curve25519:TWO',
    );
    const two = { ...fallback('X'), ...fallback('Y') };
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', `${v3}/keys/upload`, { body: { fallback_keys: two } });
  });

  test('every answer of /sync says how many keys are left, and a claim is news for the device concerned', async () => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')];
    const phone = await another(alice);
    const { next_batch: start, device_one_time_keys_count: none } = await alice.sync();
    assert.deepEqual(none, { signed_curve25519: 0 });
    const { next_batch: phones } = await phone.sync();
    await post(alice, 'upload', { one_time_keys: oneTimeKeys(alice, 2) });
    const waiting = alice.sync({ since: start, timeout: 10_000 });
    const { next_batch: since, device_one_time_keys_count: two } = await waiting;
    assert.deepEqual(two, { signed_curve25519: 2 });
    const news = alice.sync({ since, timeout: 10_000 });
    await post(bob, 'claim', claimOf(alice.userId, alice.deviceId));
    assert.deepEqual((await news).device_one_time_keys_count, { signed_curve25519: 1 });
    assert.deepEqual((await phone.sync({ since: phones })).device_one_time_keys_count, { signed_curve25519: 0 });
    const { counters } = hearth().server.database;
    const { next_batch: last } = await news;
    await quiet(hearth());
    const before = counters.statementsRead;
    assert.deepEqual((await alice.sync({ since: last })).device_one_time_keys_count, { signed_curve25519: 1 });
    assert.equal(counters.statementsRead, before, 'an answer without news reads nothing');
  });

  test('a device that comes with other keys loses what was signed with those before', async () => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')];
    await post(alice, 'upload', { device_keys: deviceKeys(alice), one_time_keys: oneTimeKeys(alice, 5) });
    const keys = deviceKeys(alice, pairOf('new life', alice.deviceId));
    assert.deepEqual((await post(alice, 'upload', { device_keys: keys })).one_time_key_counts, { signed_curve25519: 0 });
    assert.equal(claimed(await post(bob, 'claim', claimOf(alice.userId, alice.deviceId)), alice.userId, alice.deviceId), undefined);
    const query = await post(bob, 'query', { device_keys: { [alice.userId]: [] } });
    assert.deepEqual(query.device_keys[alice.userId][alice.deviceId], { ...keys, unsigned: {} });
  });

  for (const [how, end] of [
    [
      'deleted',
      (alice: Parameters<typeof passwordOf>[0], phone: string) =>
        alice.ok('DELETE', `${v3}/devices/${phone}`, { body: { auth: passwordOf(alice) } }),
    ],
    [
      'one of several deleted',
      (alice, phone) => alice.ok('POST', `${v3}/delete_devices`, { body: { devices: [phone], auth: passwordOf(alice) } }),
    ],
  ] as const satisfies readonly (readonly [string, (alice: Parameters<typeof passwordOf>[0], phone: string) => Promise<unknown>])[]) {
    test(`a device that is ${how} takes its keys with it`, async () => {
      const [alice, bob] = [await somebody('alice'), await somebody('bob')];
      const phone = await another(alice, { device_id: 'PHONE' });
      const fallback_keys = { 'signed_curve25519:F': Object.values(oneTimeKeys(phone, 1, 'F'))[0] };
      await post(phone, 'upload', { device_keys: deviceKeys(phone), one_time_keys: oneTimeKeys(phone, 2), fallback_keys });
      await end(alice, 'PHONE');
      const gone = async (): Promise<void> => {
        assert.equal(claimed(await post(bob, 'claim', claimOf(alice.userId, 'PHONE')), alice.userId, 'PHONE'), undefined);
        assert.deepEqual((await post(bob, 'query', { device_keys: { [alice.userId]: [] } })).device_keys, { [alice.userId]: {} });
      };
      await gone();
      // Somebody who logs in with the same id begins anew.
      await another(alice, { device_id: 'PHONE' });
      await gone();
    });
  }

  test('logout, a new password and the end of an account take the keys too', async () => {
    const bob = await somebody('bob');
    const ends: ((phone: Awaited<ReturnType<typeof another>>, alice: Awaited<ReturnType<typeof somebody>>) => Promise<unknown>)[] = [
      (phone) => phone.logout(),
      (phone) => phone.ok('POST', `${v3}/logout/all`),
      (_phone, alice) =>
        alice.ok('POST', `${v3}/account/password`, { body: { new_password: 'another password', auth: passwordOf(alice) } }),
      (_phone, alice) => alice.ok('POST', `${v3}/account/deactivate`, { body: { auth: passwordOf(alice) } }),
    ];
    for (const end of ends) {
      const alice = await somebody('alice');
      const phone = await another(alice);
      await post(phone, 'upload', { device_keys: deviceKeys(phone), one_time_keys: oneTimeKeys(phone, 1) });
      await end(phone, alice);
      assert.deepEqual((await post(bob, 'query', { device_keys: { [alice.userId]: [] } })).device_keys, { [alice.userId]: {} });
      assert.equal(claimed(await post(bob, 'claim', claimOf(alice.userId, phone.deviceId)), alice.userId, phone.deviceId), undefined);
    }
  });

  test('2015: keys/upload with the device in the path takes the token’s device only', async () => {
    const alice = await somebody('alice');
    const v2a = '/_matrix/client/v2_alpha/keys';
    const body = { device_keys: deviceKeys(alice), one_time_keys: oneTimeKeys(alice, 1) };
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', `${v2a}/upload/OTHER`, { body });
    assert.deepEqual(await alice.ok('POST', `${v2a}/upload/${alice.deviceId}`, { body }), {
      one_time_key_counts: { signed_curve25519: 1 },
    });
    const { device_keys: found } = await alice.ok('POST', `${v2a}/query`, { body: { device_keys: { [alice.userId]: [] } } });
    assert.deepEqual(Object.keys(found[alice.userId]), [alice.deviceId]);
    const claim = await alice.ok('POST', `${v2a}/claim`, { body: claimOf(alice.userId, alice.deviceId) });
    assert.equal(claimed(claim, alice.userId, alice.deviceId), 'signed_curve25519:A0000');
  });

  test('AC-07: of users of other servers nothing is told from what is stored here, and the answer says which servers were not asked', async () => {
    const alice = await somebody('alice');
    const user = await hearth().server.spine.engine.internUser('@eve:elsewhere.test');
    const sql = (text: string) => ({ name: `test ${text.slice(0, 20)}`, sql: text, reach: 'point' as const });
    const statements = [
      { run: sql('INSERT INTO devices (usr, device_id, created_ts) VALUES ($1, $2, 0)'), params: [user, 'EVES'] },
      {
        run: sql('INSERT INTO device_keys (usr, device_id, keys) VALUES ($1, $2, $3)'),
        params: [user, 'EVES', '{"user_id":"@eve:elsewhere.test"}'],
      },
      {
        run: sql(
          `INSERT INTO one_time_keys (usr, device_id, algorithm, key_id, key, added_ts, claimed) VALUES ($1, $2, 'signed_curve25519', 'A', '{}', 0, 0)`,
        ),
        params: [user, 'EVES'],
      },
    ];
    await hearth().server.database.write({ claims: [], statements, stream: [] });
    const { device_keys: keys, failures } = await post(alice, 'query', { device_keys: { '@eve:elsewhere.test': [], [alice.userId]: [] } });
    assert.deepEqual([keys, Object.keys(failures)], [{ [alice.userId]: {} }, ['elsewhere.test']]);
    const claim = await post(alice, 'claim', claimOf('@eve:elsewhere.test', 'EVES'));
    assert.deepEqual([claim.one_time_keys, Object.keys(claim.failures)], [{}, ['elsewhere.test']]);
  });

  test('who is not logged in, and whose token has no device, cannot publish keys', async () => {
    for (const path of ['upload', 'query', 'claim', 'device_signing/upload', 'signatures/upload'])
      await hearth().client.refused(401, 'M_MISSING_TOKEN', 'POST', `${v3}/keys/${path}`, { body: {} });
    await hearth().client.refused(401, 'M_MISSING_TOKEN', 'GET', `${v3}/keys/changes`);
  });

  test('no field takes a wrong type', async () => {
    const alice = await somebody('alice');
    const bases: [string, string, object][] = [
      ['POST', 'upload', { device_keys: deviceKeys(alice), one_time_keys: oneTimeKeys(alice, 1), fallback_keys: oneTimeKeys(alice, 1) }],
      ['POST', 'query', { device_keys: { [alice.userId]: ['A'] }, timeout: 1 }],
      ['POST', 'claim', claimOf(alice.userId, 'A')],
    ];
    for (const [method, path, base] of bases) {
      const wrong = await answersToWrongTypes(alice, method, `${v3}/keys/${path}`, JSON.parse(JSON.stringify(base)));
      assert.deepEqual(
        wrong.filter(({ status }) => status !== 400),
        [],
        path,
      );
    }
    for (const user of ['', '@', 'nobody', '#a:b', '!x:hearth.test', `@${'x'.repeat(300)}:hearth.test`, '@a\0:hearth.test']) {
      await alice.refused(400, 'M_INVALID_PARAM', 'POST', `${v3}/keys/query`, { body: { device_keys: { [user]: [] } } });
      await alice.refused(400, 'M_INVALID_PARAM', 'POST', `${v3}/keys/claim`, { body: claimOf(user, 'D') });
    }
    assert.deepEqual((await post(alice, 'claim', claimOf(alice.userId, 'a\0b', 'c\0d'))).one_time_keys, {});
    for (const name of ['user_id', 'device_id', 'algorithms', 'keys', 'signatures']) {
      const { [name]: _, ...rest } = deviceKeys(alice) as Record<string, unknown>;
      const { error } = await alice.refused(400, 'M_BAD_JSON', 'POST', `${v3}/keys/upload`, { body: { device_keys: rest } });
      assert.equal(error, `The body lacks device_keys/${name}.`);
    }
    await alice.refused(400, 'M_MISSING_PARAM', 'POST', `${v3}/keys/query`, { body: {} });
    await alice.refused(400, 'M_MISSING_PARAM', 'POST', `${v3}/keys/claim`, { body: {} });
  });

  test('keys are bounded in size and number', async () => {
    const alice = await somebody('alice');
    const upload = (body: object) => alice.request('POST', `${v3}/keys/upload`, { body });
    const { key, signatures } = Object.values(oneTimeKeys(alice, 1))[0] as { key: string; signatures: object };
    assert.equal((await upload({ one_time_keys: { 'signed_curve25519:A': { key, signatures, more: 'x'.repeat(5_000) } } })).status, 413);
    assert.equal((await upload({ device_keys: { ...deviceKeys(alice), more: 'x'.repeat(70_000) } })).status, 413);
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`curve25519:${index}`, 'x']));
    assert.equal((await upload({ one_time_keys: many })).status, 400);
    assert.deepEqual((await post(alice, 'upload', {})).one_time_key_counts, { signed_curve25519: 0 });
  });
});
