import assert from 'node:assert/strict';
import { test } from 'node:test';

import { json, ResponseReader } from './response-reader.ts';

const plain =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\nConnection: keep-alive\r\n\r\n{"body":"h\u00C3\u00A9"}';
const chunked = 'HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\nA;x=y\r\n":12345678\r\n1\r\n}\r\n0\r\n\r\n';

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

test('an answer is whole when its declared length has come', () => {
  const reader = new ResponseReader();
  const answer = reader.push(bytes(plain));
  assert.deepEqual([answer?.status, reader.closes], [200, false]);
  assert.deepEqual(answer && json(answer), { body: 'hé' });
});

test('an answer in chunks is put together', () => {
  assert.deepEqual(new ResponseReader().push(bytes(chunked)), { status: 404, body: '{"a":12345678}' });
});

test('wherever an answer is cut, it is read the same, and the next one too', () => {
  for (const text of [plain, chunked]) {
    const whole = new ResponseReader().push(bytes(text));
    for (let cut = 1; cut < text.length; cut++) {
      const reader = new ResponseReader();
      const buffer = bytes(text.slice(0, cut));
      assert.equal(reader.push(buffer), undefined, `cut at ${cut}`);
      buffer.fill(0); // The caller reads into the same memory again.
      assert.deepEqual(reader.push(bytes(text.slice(cut))), whole, `cut at ${cut}`);
      assert.deepEqual(reader.push(bytes(text)), whole);
    }
  }
});

test('an answer of 25 MiB in 400 pieces is put together', () => {
  const reader = new ResponseReader();
  const piece = bytes(`10000\r\n${'x'.repeat(65_536)}\r\n`);
  assert.equal(reader.push(bytes('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')), undefined);
  for (let count = 0; count < 400; count++) assert.equal(reader.push(piece), undefined);
  assert.equal(reader.push(bytes('0\r\n\r\n'))?.body.length, 400 * 65_536);
});

test('a server that closes the connection says so', () => {
  const reader = new ResponseReader();
  assert.ok(reader.push(bytes('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')));
  assert.equal(reader.closes, true);
});

for (const [what, text, problem] of [
  ['another protocol', 'SSH-2.0-x\r\n\r\n', /not an answer/],
  ['an answer without an end', 'HTTP/1.1 200 OK\r\n\r\n', /cannot be known/],
  ['bytes behind the answer', `${plain}x`, /more bytes/],
  ['a chunk of no size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', /without a size/],
] as const) {
  test(`${what} is an error and not a wrong count`, () => {
    assert.throws(() => new ResponseReader().push(bytes(text)), problem);
  });
}
