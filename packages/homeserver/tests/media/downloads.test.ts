import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { download, onEachDatabase, thumbnail, uploaded } from './media.ts';
import { startHearth } from '@hearth/testkit';

const digits = Buffer.from('0123456789');

onEachDatabase('downloads', {}, (it) => {
  it('ME-02: what a browser could run is saved and not shown, and nothing is sniffed or run', async ({ alice }) => {
    const kinds: readonly (readonly [string, string])[] = [
      ['text/html', 'attachment'],
      ['image/svg+xml', 'attachment'],
      ['application/xml', 'attachment'],
      ['application/pdf', 'attachment'],
      ['application/javascript', 'attachment'],
      ['text/plain', 'inline'],
      ['Image/PNG', 'inline'],
      ['video/mp4; codecs="avc1"', 'inline'],
      ['image/png+html', 'attachment'],
    ];
    for (const [type, expected] of kinds) {
      const media = await uploaded(alice, Buffer.from('<script>alert(1)</script>'), { type, filename: 'x' });
      const { headers } = await download(alice, media);
      assert.equal(headers['content-disposition'], `${expected}; filename=x`, type);
      assert.match(headers['content-security-policy'] ?? '', /^sandbox; default-src 'none'; script-src 'none';/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
    }
  });

  it('the path may name the file', async ({ alice }) => {
    const media = await uploaded(alice, digits, { filename: 'own' });
    const { headers } = await download(alice, `${media}/other%20%22name%22.bin`);
    assert.equal(headers['content-disposition'], 'attachment; filename="other \\"name\\".bin"');
  });

  it('a part is sent alone, and content that is known not at all', async ({ alice }) => {
    const media = await uploaded(alice, digits);
    const parts: readonly (readonly [string, string, string])[] = [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-2', '89', 'bytes 8-9/10'],
      ['bytes=-99', '0123456789', 'bytes 0-9/10'],
      ['bytes=5-99', '56789', 'bytes 5-9/10'],
    ];
    for (const [range, expected, told] of parts) {
      const answer = await download(alice, media, { headers: { range } });
      assert.deepEqual(
        [answer.status, Buffer.from(answer.bytes).toString(), answer.headers['content-range']],
        [206, expected, told],
        range,
      );
    }
    for (const range of ['bytes=10-', 'bytes=99-100', 'bytes=-0']) {
      const answer = await download(alice, media, { headers: { range } });
      assert.deepEqual([answer.status, answer.headers['content-range']], [416, 'bytes */10'], range);
    }
    for (const range of ['bytes=4-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=-', 'bytes=x']) {
      const answer = await download(alice, media, { headers: { range } });
      assert.deepEqual([answer.status, answer.bytes.length], [200, 10], range);
    }
    const { headers } = await download(alice, media);
    assert.match(headers['cache-control'] ?? '', /private.*immutable/);
    const known = await download(alice, media, { headers: { 'if-none-match': `"x", ${headers['etag']}` } });
    assert.deepEqual([known.status, known.bytes.length], [304, 0]);
    const unlike = await download(alice, media, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } });
    assert.equal(unlike.status, 200);
    const head = await alice.request('HEAD', `/_matrix/client/v1/media/download/${media}`);
    assert.deepEqual([head.status, head.headers['content-length'], head.bytes.length], [200, '10', 0]);
  });

  it('ME-06: strangers get nothing, whatever there is; who has a token gets it from old paths too', async ({ hearth, alice }) => {
    const media = await uploaded(alice, digits);
    const legacy = ['/_matrix/media/v3', '/_matrix/media/r0', '/_matrix/media/v1'];
    for (const prefix of legacy) {
      for (const rest of [
        `download/${media}`,
        `download/${media}/name`,
        `thumbnail/${media}?width=1&height=1`,
        'download/hearth.test/unknown',
      ]) {
        await hearth.client.refused(404, 'M_NOT_FOUND', 'GET', `${prefix}/${rest}`);
      }
      assert.equal((await alice.request('GET', `${prefix}/download/${media}`)).status, 200);
    }
    for (const prefix of ['/_matrix/client/v1', '/_matrix/client/unstable/org.matrix.msc3916']) {
      await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', `${prefix}/media/download/${media}`);
      assert.equal((await alice.request('GET', `${prefix}/media/download/${media}`)).status, 200);
    }
  });

  it('ME-01: ids that are none, or of other servers, lead nowhere', async ({ alice }) => {
    const ids = ['..', '..%2f..%2fsigning.key', '%2e%2e', 'a%2fb', 'a\u2215b', '%EF%BC%8F', 'a.b', `${'a'.repeat(256)}`, 'unknown'];
    for (const id of ids) {
      const { status, body } = await download(alice, `hearth.test/${id}`);
      assert.ok(status === 404 && ['M_NOT_FOUND', 'M_UNRECOGNIZED'].includes(body.errcode), id);
    }
    const media = await uploaded(alice, digits);
    const [, id] = media.split('/');
    for (const server of ['other.example', '..', '%2e%2e', 'hearth.test%2f..', 'not a name']) {
      assert.equal((await download(alice, `${server}/${id}`)).status, 404, server);
    }
    assert.equal((await download(alice, 'hearth.test/%00')).status, 400);
  });

  it('refuses times that are none', async ({ alice }) => {
    for (const timeout of ['-1', 'soon', '1.5']) {
      await alice.refused(400, 'M_INVALID_PARAM', 'GET', '/_matrix/client/v1/media/download/hearth.test/x', {
        query: { timeout_ms: timeout },
      });
    }
  });
});

void test('a19: with media.legacy_unauthenticated strangers see media of this server on the old paths, and only there', async (t) => {
  const hearth = await startHearth({ env: { HEARTH_MEDIA_LEGACY_UNAUTHENTICATED: 'local' } });
  t.after(() => hearth.stop());
  const alice = await hearth.client.register('alice', 'correct horse battery');
  const media = await uploaded(alice, digits);
  assert.equal((await hearth.client.request('GET', `/_matrix/media/v1/download/${media}`)).status, 200);
  await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', `/_matrix/client/v1/media/download/${media}`);
});

void test('content whose file was lost is not there, and uploading it again brings it back', async (t) => {
  const hearth = await startHearth();
  t.after(() => hearth.stop());
  const alice = await hearth.client.register('alice', 'correct horse battery');
  const media = await uploaded(alice, digits);
  await rm(join(hearth.dataDir, 'media', 'content'), { recursive: true });
  assert.equal((await download(alice, media)).body.errcode, 'M_NOT_FOUND');
  assert.equal((await thumbnail(alice, media, { width: 1, height: 1 })).body.errcode, 'M_NOT_FOUND');
  await uploaded(alice, digits);
  assert.equal(Buffer.from((await download(alice, media)).bytes).toString(), '0123456789');
});
