import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';

import sharp from 'sharp';

import { imageHead } from '../../src/media/image-head.ts';
import { onEachDatabase, thumbnail, uploaded } from './media.ts';
import type { Answer } from '@hearth/testkit';

function picture(width: number, height: number, format: 'png' | 'jpeg' | 'webp' | 'gif'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#336699' } })
    .toFormat(format)
    .toBuffer();
}

async function sizeOf({ bytes }: Answer): Promise<string> {
  const { format, width, height, pages = 1 } = await sharp(bytes, { pages: -1 }).metadata();
  return `${format} ${width}x${height / pages}${pages > 1 ? ` ${pages} frames` : ''}`;
}

/** A PNG that says it is this large, and has hardly any data. */
function hugePng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length);
    head.write(type, 4);
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(1000))), chunk('IEND', Buffer.alloc(0))]);
}

onEachDatabase('thumbnails', {}, (it) => {
  it('are made of PNG, JPEG, GIF and WebP, scaled within or cropped to the next size, never larger than the picture', async ({ alice }) => {
    const wide = await uploaded(alice, await picture(1600, 400, 'jpeg'), { type: 'image/jpeg' });
    const cases: readonly (readonly [object, string])[] = [
      [{ width: 300, height: 200 }, 'jpeg 320x80'],
      [{ width: 640, height: 480, method: 'scale' }, 'jpeg 640x160'],
      [{ width: 5000, height: 5000, method: 'scale' }, 'jpeg 800x200'],
      [{ width: 32, height: 32, method: 'crop' }, 'jpeg 32x32'],
      [{ width: 33, height: 1, method: 'crop' }, 'jpeg 96x96'],
    ];
    for (const [query, expected] of cases) assert.equal(await sizeOf(await thumbnail(alice, wide, { ...query })), expected);
    for (const [format, expected] of [
      ['png', 'png'],
      ['gif', 'png'],
      ['webp', 'webp'],
    ] as const) {
      const media = await uploaded(alice, await picture(20, 10, format), { type: 'text/plain' });
      const answer = await thumbnail(alice, media, { width: 800, height: 600 });
      assert.equal(await sizeOf(answer), `${expected} 20x10`);
      assert.equal(answer.headers['content-type'], `image/${expected}`);
      assert.equal(answer.headers['content-disposition'], `inline; filename=thumbnail.${expected}`);
      assert.match(answer.headers['content-security-policy'] ?? '', /sandbox/);
    }
  });

  it('move only where that is asked for', async ({ alice }) => {
    const frames = Buffer.concat([Buffer.alloc(300, 0), Buffer.alloc(300, 255)]);
    const gif = await sharp(frames, { raw: { width: 10, height: 20, channels: 3, pageHeight: 10 } })
      .gif()
      .toBuffer();
    const media = await uploaded(alice, gif);
    assert.equal(await sizeOf(await thumbnail(alice, media, { width: 10, height: 10, animated: true })), 'webp 10x10 2 frames');
    assert.equal(await sizeOf(await thumbnail(alice, media, { width: 10, height: 10, animated: false })), 'png 10x10');
    assert.equal(await sizeOf(await thumbnail(alice, media, { width: 10, height: 10 })), 'png 10x10');
  });

  it('many requests for the same one at once are answered alike', async ({ alice }) => {
    const media = await uploaded(alice, await picture(500, 501, 'png'));
    const answers = await Promise.all(Array.from({ length: 10 }, () => thumbnail(alice, media, { width: 96, height: 96, method: 'crop' })));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    const again = await alice.request('GET', `/_matrix/client/v1/media/thumbnail/${media}`, {
      query: { width: 96, height: 96, method: 'crop' },
      headers: { 'if-none-match': answers[0]?.headers['etag'] ?? '' },
    });
    assert.equal(again.status, 304);
  });

  it('ME-03: pictures of too many pixels are refused before anything decodes them', async ({ alice }) => {
    const media = await uploaded(alice, hugePng(50_000, 50_000), { type: 'image/png' });
    const { status, body } = await thumbnail(alice, media, { width: 32, height: 32 });
    assert.deepEqual([status, body.errcode], [413, 'M_TOO_LARGE']);
  });

  it('ME-04: only what its first bytes say is a picture is decoded, and a broken one hurts nobody', async ({ alice }) => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>');
    const good = await picture(50, 50, 'png');
    const cases: readonly (readonly [Buffer, string])[] = [
      [svg, 'image/svg+xml'],
      [svg, 'image/png'],
      [Buffer.from('%PDF-1.4'), 'image/jpeg'],
      [Buffer.alloc(0), 'image/png'],
      [good.subarray(0, 40), 'image/png'],
      [hugePng(100, 100), 'image/png'],
    ];
    for (const [bytes, type] of cases) {
      const { status, body } = await thumbnail(alice, await uploaded(alice, bytes, { type }), { width: 32, height: 32 });
      assert.deepEqual([status, body.errcode], [400, 'M_UNKNOWN'], `${type} ${bytes.length}`);
      assert.equal((await thumbnail(alice, await uploaded(alice, bytes), { width: 32, height: 32 })).status, 400, 'and again');
    }
    assert.equal((await thumbnail(alice, await uploaded(alice, good), { width: 32, height: 32 })).status, 200);
  });

  it('refuse sizes that are none, and media that are not there', async ({ alice }) => {
    const media = await uploaded(alice, await picture(10, 10, 'png'));
    for (const query of [
      { width: 0, height: 1 },
      { width: 1, height: -1 },
      { width: 'a', height: 1 },
      { width: 1.5, height: 1 },
      { width: 1, height: 1, method: 'stretch' },
    ]) {
      assert.equal((await thumbnail(alice, media, query)).body.errcode, 'M_INVALID_PARAM');
    }
    assert.equal((await thumbnail(alice, media, { width: 1 })).body.errcode, 'M_MISSING_PARAM');
    assert.equal((await thumbnail(alice, 'hearth.test/unknown', { width: 1, height: 1 })).body.errcode, 'M_NOT_FOUND');
    const { content_uri: uri } = await alice.ok('POST', '/_matrix/media/v1/create');
    const early = await thumbnail(alice, (uri as string).slice('mxc://'.length), { width: 1, height: 1, timeout_ms: 0 });
    assert.deepEqual([early.status, early.body.errcode], [504, 'M_NOT_YET_UPLOADED']);
  });

  it('the head of a file tells its size for each kind', async () => {
    for (const kind of ['png', 'jpeg', 'gif', 'webp'] as const) {
      const bytes = await picture(123, 45, kind);
      assert.deepEqual(imageHead(bytes), { kind, width: 123, height: 45 });
      for (let length = 0; length < Math.min(bytes.length, 30); length += 1)
        assert.doesNotThrow(() => imageHead(bytes.subarray(0, length)));
    }
  });
});
