import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EventType, type MatrixEvent, Method, Preset } from 'matrix-js-sdk';
import { type CryptoApi, type VerificationRequest, VerificationPhase } from 'matrix-js-sdk/lib/crypto-api/index.js';

import { startHearth } from '../../src/index.ts';
import { eventually, logIn, roomOf, type SdkClient, startSyncing } from './sdk-client.ts';
import { newPostgresDatabase, NoCluster } from '@hearth/storage/testing';

/*
 * Two people and four devices with matrix-js-sdk and its cryptography: what the server keeps and hands on is enough for them to write to each other in
 * secret, to know each other, and to lose a device without losing what was said.
 */

const passwords = { alice: 'alice has a password', bob: 'bob has another password' };
const encryption = { type: EventType.RoomEncryption, state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };

type Device = SdkClient & { readonly crypto: CryptoApi; readonly deviceId: string };
/** What somebody has written down on paper. */
type RecoveryKey = { key?: Uint8Array<ArrayBuffer> };

test('people write in secret, verify each other, lose a device, and have their history back (sqlite)', { timeout: 120_000 }, () =>
  story({}),
);

test(
  'people write in secret, verify each other, lose a device, and have their history back (postgres)',
  { timeout: 120_000 },
  async (t) => {
    try {
      await using ends = new AsyncDisposableStack();
      const database = await newPostgresDatabase();
      ends.defer(() => database.remove());
      await story({ HEARTH_DATABASE: database.url });
    } catch (error) {
      if (!(error instanceof NoCluster)) throw error;
      t.skip(error.message);
    }
  },
);

async function story(env: Readonly<Record<string, string>>): Promise<void> {
  await using ends = new AsyncDisposableStack();
  const hearth = await startHearth({ env });
  ends.defer(() => hearth.stop());
  for (const [name, password] of Object.entries(passwords)) await hearth.client.register(name, password);
  const paper: RecoveryKey = {};
  const laptop = await device(ends, hearth.baseUrl, 'alice', paper);
  const bob = await device(ends, hearth.baseUrl, 'bob', {});
  await publishIdentity(laptop);
  await publishIdentity(bob);
  await prepareRecovery(laptop, paper);

  const roomId = await meetInSecret(laptop, bob);
  const said = [await says(laptop, roomId, 'Hello Bob'), await says(bob, roomId, 'Hello Alice')];
  for (const reader of [laptop, bob]) await reads(reader, roomId, said);

  // Alice and Bob compare emoji, in their room.
  await compareEmoji(laptop, bob, await laptop.crypto.requestVerificationDM(bob.userId, roomId));
  for (const [who, whom] of [
    [laptop, bob],
    [bob, laptop],
  ] as const)
    await eventually(`${who.userId} knowing ${whom.userId}`, async () =>
      (await who.crypto.getUserVerificationStatus(whom.userId)).isCrossSigningVerified(),
    );

  // A new phone of Alice's knows nothing of what was said, until her laptop vouches for it.
  const phone = await device(ends, hearth.baseUrl, 'alice', {});
  await eventually('the phone seeing who Alice is', () => phone.crypto.userHasCrossSigningKeys(phone.userId, true));
  await compareEmoji(phone, laptop, await phone.crypto.requestOwnUserVerification());
  await eventually(
    'Bob trusting the phone',
    async () => (await bob.crypto.getDeviceVerificationStatus(phone.userId, phone.deviceId))?.isVerified() === true,
  );
  await eventually('the key of the backup on the phone', async () => (await phone.crypto.getSessionBackupPrivateKey()) !== null);
  await eventually('the backup on the phone', async () => (await phone.crypto.checkKeyBackupAndEnable()) !== null);
  // Alice's own session and Bob's.
  await eventually('what was said in the backup', async () => (await keysInBackup(phone)) >= 2);
  assert.equal((await phone.crypto.restoreKeyBackup()).imported, 2);
  await reads(phone, roomId, said);

  // The laptop is lost. Bob sees it go, and what he writes now is not for it.
  laptop.client.stopClient();
  await phone.client.deleteDevice(laptop.deviceId, {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: phone.userId },
    password: passwords.alice,
  });
  await eventually('Bob seeing the laptop go', async () => {
    const devices = (await bob.crypto.getUserDeviceInfo([phone.userId])).get(phone.userId);
    return devices?.has(phone.deviceId) === true && !devices.has(laptop.deviceId);
  });
  said.push(await says(bob, roomId, 'Poor laptop'));
  await reads(phone, roomId, said);
  await eventually('the last message in the backup', async () => (await keysInBackup(phone)) >= 3);

  // The phone breaks too. All that Alice has is her paper.
  phone.client.stopClient();
  const tablet = await device(ends, hearth.baseUrl, 'alice', paper);
  await tablet.crypto.bootstrapCrossSigning({});
  await tablet.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
  await tablet.crypto.checkKeyBackupAndEnable();
  await tablet.crypto.restoreKeyBackup();
  await reads(tablet, roomId, said);
  await eventually(
    'Bob trusting the tablet',
    async () => (await bob.crypto.getDeviceVerificationStatus(tablet.userId, tablet.deviceId))?.isVerified() === true,
  );

  // Whoever leaves cannot read what is said after.
  const before = await sessionOf(tablet, roomId, await says(tablet, roomId, 'Goodbye Bob'));
  await bob.client.leave(roomId);
  await eventually('Bob leaving, at Alice', () => roomOf(tablet, roomId).getMember(bob.userId)?.membership === 'leave');
  assert.notEqual(await sessionOf(tablet, roomId, await says(tablet, roomId, 'Alone at last')), before);
}

/** Logs in on a new device with cryptography of its own, which lives in memory. */
async function device(ends: AsyncDisposableStack, baseUrl: string, name: keyof typeof passwords, paper: RecoveryKey): Promise<Device> {
  const cryptoCallbacks = {
    getSecretStorageKey: async ({ keys }: { keys: Record<string, unknown> }): Promise<[string, Uint8Array<ArrayBuffer>] | null> => {
      const [id] = Object.keys(keys);
      return id === undefined || paper.key === undefined ? null : [id, paper.key];
    },
  };
  const person = await logIn(baseUrl, name, passwords[name], { cryptoCallbacks });
  await person.client.initRustCrypto({ useIndexedDB: false });
  ends.defer(() => person.client.stopClient());
  await startSyncing(person);
  const crypto = person.client.getCrypto() ?? assert.fail('there is no cryptography');
  const deviceId = person.client.getDeviceId() ?? assert.fail('the device has no id');
  // The SDK publishes them in its own time, and what is not published cannot be signed.
  await eventually(`the keys of ${deviceId}`, async () => isPublished(person, deviceId));
  return { ...person, crypto, deviceId };
}

async function isPublished({ client, userId }: SdkClient, deviceId: string): Promise<boolean> {
  const query = { device_keys: { [userId]: [deviceId] } };
  const { device_keys: found } = await client.http.authedRequest<{ device_keys: Record<string, object> }>(
    Method.Post,
    '/keys/query',
    undefined,
    query,
  );
  return Object.hasOwn(found[userId] ?? {}, deviceId);
}

/** Cross-signing for the first time, which asks for no password. */
async function publishIdentity({ crypto }: Device): Promise<void> {
  await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: async (upload) => upload(null) });
  assert.ok(await crypto.isCrossSigningReady());
}

async function prepareRecovery({ crypto }: Device, paper: RecoveryKey): Promise<void> {
  const created = await crypto.createRecoveryKeyFromPassphrase();
  paper.key = created.privateKey;
  await crypto.bootstrapSecretStorage({ createSecretStorageKey: async () => created, setupNewKeyBackup: true });
  assert.ok(await crypto.isSecretStorageReady());
}

/** As the server counts them; the SDK remembers an older answer. */
async function keysInBackup({ client }: Device): Promise<number> {
  return (await client.http.authedRequest<{ count: number }>(Method.Get, '/room_keys/version')).count;
}

async function meetInSecret(alice: Device, bob: Device): Promise<string> {
  const { room_id: roomId } = await alice.client.createRoom({
    preset: Preset.PrivateChat,
    initial_state: [encryption],
    invite: [bob.userId],
  });
  await eventually('the invite at Bob', () => bob.client.getRoom(roomId)?.getMyMembership() === 'invite');
  await bob.client.joinRoom(roomId);
  await eventually('the room at Bob', () => roomOf(bob, roomId).getMyMembership() === 'join');
  await eventually('Bob at Alice', () => roomOf(alice, roomId).getMember(bob.userId)?.membership === 'join');
  return roomId;
}

type Said = { readonly id: string; readonly body: string };

async function says({ client }: Device, roomId: string, body: string): Promise<Said> {
  return { id: (await client.sendTextMessage(roomId, body)).event_id, body };
}

/** All of it can be read, and none of it went over the wire in clear. */
async function reads(reader: Device, roomId: string, said: readonly Said[]): Promise<void> {
  for (const { id, body } of said) {
    const event = (): MatrixEvent | undefined => roomOf(reader, roomId).findEventById(id);
    await eventually(`${reader.deviceId} reading "${body}"`, () => event()?.getContent()['body'] === body);
    assert.equal(event()?.getWireType(), 'm.room.encrypted');
  }
}

async function sessionOf(reader: Device, roomId: string, { id }: Said): Promise<unknown> {
  await eventually('the message', () => roomOf(reader, roomId).findEventById(id) !== undefined);
  return roomOf(reader, roomId).findEventById(id)?.getWireContent()['session_id'];
}

/** The one who was asked accepts, both see the same emoji, and both say so. */
async function compareEmoji(asker: Device, asked: Device, request: VerificationRequest): Promise<void> {
  const found = (): VerificationRequest | undefined =>
    request.roomId === undefined
      ? asked.crypto.getVerificationRequestsToDeviceInProgress(asked.userId)[0]
      : asked.crypto.findVerificationRequestDMInProgress(request.roomId, asker.userId);
  await eventually('the request for verification', () => found()?.phase === VerificationPhase.Requested);
  const theirs = found() ?? assert.fail();
  await theirs.accept();
  await eventually('the request being accepted', () => request.phase === VerificationPhase.Ready);
  const mine = await request.startVerification('m.sas.v1');
  await eventually('the verification being begun', () => theirs.verifier !== undefined);
  const verifiers = [mine, theirs.verifier ?? assert.fail()];
  const verified = Promise.all(verifiers.map((verifier) => verifier.verify()));
  // Looked at again and again: the SDK holds all of this weakly, and a promise that is waited for keeps nothing alive.
  const emoji = () => verifiers.map((verifier) => verifier.getShowSasCallbacks());
  await eventually('the emoji', () => emoji().every((shown) => shown !== null));
  const [one, two] = emoji();
  assert.equal(one?.sas.emoji?.length, 7);
  assert.deepEqual(one.sas.emoji, two?.sas.emoji);
  await Promise.all([one.confirm(), two?.confirm()]);
  await eventually('the end of the verification', () => [request, theirs].every((side) => side.phase === VerificationPhase.Done));
  await verified;
}
