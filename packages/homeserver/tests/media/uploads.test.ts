import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import { download, onEachDatabase, upload, uploaded } from './media.ts';
import { TestClock } from '@hearth/kit/testing';
import { type Session, startHearth } from '@hearth/testkit';

const text = (words: string): Uint8Array => Buffer.from(words);
const create = '/_matrix/media/v1/create';

async function created(client: Session): Promise<string> {
  const { content_uri: uri } = await client.ok('POST', create);
  return (uri as string).slice('mxc://'.length);
}

onEachDatabase('uploads', { HEARTH_MEDIA_UPLOAD_MIB: '1', HEARTH_MEDIA_USER_QUOTA_MIB: '8' }, (it) => {
  it('what is uploaded comes back as it was, with type and name, under an address that cannot be guessed', async ({ alice, bob }) => {
    const media = await uploaded(alice, text('hello'), { type: 'text/plain; charset=utf-8', filename: 'greeting.txt' });
    assert.match(media, /^hearth\.test\/[\w-]{32}$/);
    const answer = await download(bob, media);
    assert.equal(answer.status, 200);
    assert.equal(Buffer.from(answer.bytes).toString(), 'hello');
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(answer.headers['content-disposition'], 'inline; filename=greeting.txt');
    assert.notEqual(await uploaded(alice, text('hello')), media);
  });

  it('comes on the paths of 2015 and in between too', async ({ alice }) => {
    for (const prefix of ['/_matrix/media/v1', '/_matrix/media/r0', '/_matrix/media/v3']) {
      const { content_uri: uri } = await alice.ok('POST', `${prefix}/upload`, { body: text(prefix) });
      const media = (uri as string).slice('mxc://'.length);
      const answer = await alice.request('GET', `${prefix}/download/${media}`, { token: null, query: { access_token: alice.token } });
      assert.equal(Buffer.from(answer.bytes).toString(), prefix);
    }
  });

  it('needs a token, is at most as large as the configuration says, and stores nothing of what is larger', async ({ hearth, alice }) => {
    await hearth.client.refused(401, 'M_MISSING_TOKEN', 'POST', '/_matrix/media/v3/upload', { body: text('x') });
    for (const path of [
      '/_matrix/client/v1/media/config',
      '/_matrix/media/v3/config',
      '/_matrix/client/unstable/org.matrix.msc3916/media/config',
    ]) {
      assert.deepEqual(await alice.ok('GET', path), { 'm.upload.size': 1024 * 1024 });
      await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', path);
    }
    assert.equal((await upload(alice, new Uint8Array(1024 * 1024))).status, 200);
    const refused = await upload(alice, new Uint8Array(1024 * 1024 + 1));
    assert.deepEqual([refused.status, refused.body.errcode], [413, 'M_TOO_LARGE']);
    const chunked = await sendChunked(hearth.baseUrl, alice.token, 3 * 1024 * 1024);
    assert.deepEqual([chunked.status, JSON.parse(chunked.text).errcode], [413, 'M_TOO_LARGE']);
    assert.deepEqual(await readdir(join(hearth.dataDir, 'media', 'incoming')), []);
  });

  it('an address can be had before its content, which comes once and from its owner', async ({ alice, bob }) => {
    const media = await created(alice);
    const path = `/_matrix/media/v3/upload/${media}`;
    assert.equal((await download(bob, media, { query: { timeout_ms: 0 } })).body.errcode, 'M_NOT_YET_UPLOADED');
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', path, { body: text('stolen') });
    const waiting = download(bob, media, { query: { timeout_ms: 20_000 } });
    assert.deepEqual(await alice.ok('PUT', path, { body: text('late'), headers: { 'content-type': 'text/plain' } }), {});
    const answer = await waiting;
    assert.deepEqual([answer.status, Buffer.from(answer.bytes).toString()], [200, 'late']);
    await alice.refused(409, 'M_CANNOT_OVERWRITE_MEDIA', 'PUT', path, { body: text('later') });
    const whole = await uploaded(alice, text('whole'));
    await alice.refused(409, 'M_CANNOT_OVERWRITE_MEDIA', 'PUT', `/_matrix/media/v3/upload/${whole}`, { body: text('x') });
    for (const unknown of ['hearth.test/never', 'other.example/abc', 'hearth.test/..%2Fx']) {
      await alice.refused(404, 'M_NOT_FOUND', 'PUT', `/_matrix/media/v3/upload/${unknown}`, { body: text('x') });
    }
  });

  it('of two uploads to one address at once one is stored and the other refused', async ({ alice, bob }) => {
    const media = await created(alice);
    const answers = await Promise.all(
      ['one', 'two'].map((words) => alice.request('PUT', `/_matrix/media/v3/upload/${media}`, { body: text(words) })),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 409]));
    const stored = Buffer.from((await download(bob, media)).bytes).toString();
    assert.equal(stored, answers[0]?.status === 200 ? 'one' : 'two');
  });

  it('nobody holds more than 25 addresses without content, but uploading to one makes room for another', async ({ hearth }) => {
    const hoarder = await hearth.client.register('hoarder', 'correct horse battery');
    const held: string[] = [];
    for (let count = 0; count < 25; count += 1) held.push(await created(hoarder));
    await hoarder.refused(429, 'M_LIMIT_EXCEEDED', 'POST', create);
    await hoarder.ok('PUT', `/_matrix/media/v3/upload/${held[0]}`, { body: text('x') });
    await created(hoarder);
  });

  it('a user’s quota ends what they upload, and nobody else’s', async ({ hearth, bob }) => {
    const hoarder = await hearth.client.register('collector', 'correct horse battery');
    const megabyte = new Uint8Array(1024 * 1024);
    for (let count = 0; count < 8; count += 1) assert.equal((await upload(hoarder, megabyte)).status, 200);
    const refused = await upload(hoarder, text('one more'));
    assert.deepEqual([refused.status, refused.body.errcode], [403, 'M_FORBIDDEN']);
    const chunked = await sendChunked(hearth.baseUrl, hoarder.token, 10);
    assert.equal(chunked.status, 403);
    assert.equal((await upload(bob, text('mine'))).status, 200);
  });

  it('hostile types and names are told as harmless ones, or not at all', async ({ alice }) => {
    const types = ['text', 'text/html\u00A0', 'a/b; c', 'x/'.repeat(200), '*'];
    for (const type of types) {
      const media = await uploaded(alice, text('x'), { type: Buffer.from(type).toString('latin1') });
      assert.equal((await download(alice, media)).headers['content-type'], 'application/octet-stream', type);
    }
    const names: readonly (readonly [string, string])[] = [
      ['../../etc/passwd', 'attachment; filename="../../etc/passwd"'],
      ['a"; x="y\\', 'attachment; filename="a\\"; x=\\"y\\\\"'],
      ['line\r\nSet-Cookie: a=b', 'attachment; filename="lineSet-Cookie: a=b"'],
      ['gnp.\u202Eexe', 'attachment; filename=gnp.exe'],
      ['naïve ’.txt', "attachment; filename*=utf-8''na%C3%AFve%20%E2%80%99.txt"],
    ];
    for (const [filename, expected] of names) {
      const media = await uploaded(alice, text('x'), { filename });
      assert.equal((await download(alice, media)).headers['content-disposition'], expected);
    }
    const media = await uploaded(alice, text('x'), { filename: 'n'.repeat(2_000) });
    assert.equal((await download(alice, media)).headers['content-disposition'], `attachment; filename=${'n'.repeat(255)}`);
  });
});

/** A body without a declared length. */
function sendChunked(
  baseUrl: string,
  token: string,
  bytes: number,
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${baseUrl}/_matrix/media/v3/upload`,
      { method: 'POST', headers: { authorization: `Bearer ${token}` } },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        answer.on('end', () => resolve({ status: answer.statusCode, text: body }));
      },
    );
    call.on('error', reject);
    for (let sent = 0; sent < bytes; sent += 64 * 1024) call.write(new Uint8Array(Math.min(64 * 1024, bytes - sent)));
    call.end();
  });
}

void test('an address without content ends after a day', async (t) => {
  const clock = new TestClock();
  const hearth = await startHearth({ clock });
  t.after(() => hearth.stop());
  const alice = await hearth.client.register('alice', 'correct horse battery');
  const { content_uri: uri, unused_expires_at: end } = await alice.ok('POST', create);
  assert.equal(end, clock.now() + 24 * 60 * 60_000);
  await clock.advanceSettling(24 * 60 * 60_000);
  const media = (uri as string).slice('mxc://'.length);
  assert.equal((await download(alice, media)).status, 404);
  await alice.refused(404, 'M_NOT_FOUND', 'PUT', `/_matrix/media/v3/upload/${media}`, { body: text('x') });
});

void test('an upload that breaks off leaves nothing behind', async (t) => {
  const hearth = await startHearth();
  t.after(() => hearth.stop());
  const alice = await hearth.client.register('alice', 'correct horse battery');
  const incoming = join(hearth.dataDir, 'media', 'incoming');
  const call = request(`${hearth.baseUrl}/_matrix/media/v3/upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${alice.token}`, 'content-length': '1000000' },
  });
  call.on('error', () => undefined);
  call.write(new Uint8Array(100_000));
  while ((await readdir(incoming)).length === 0) await alice.whoami();
  call.destroy();
  while ((await readdir(incoming)).length > 0) await alice.whoami();
});

void test('media outlive a restart', async (t) => {
  let hearth = await startHearth();
  t.after(() => hearth.stop());
  const alice = await hearth.client.register('alice', 'correct horse battery');
  const media = await uploaded(alice, text('kept'));
  hearth = await hearth.restart();
  const again = await hearth.client.login('alice', 'correct horse battery');
  assert.equal(Buffer.from((await download(again, media)).bytes).toString(), 'kept');
});
