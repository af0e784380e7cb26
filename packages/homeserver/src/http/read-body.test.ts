import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';

import { BodyReader, ClientGone } from './read-body.ts';
import { TestClock } from '@hearth/kit/testing';

/** A request whose body the test sends piece by piece. */
function pieces(): IncomingMessage {
  return Object.assign(new EventEmitter(), { headers: { 'content-length': '100' } }) as unknown as IncomingMessage;
}

/** What has become of a promise by now. */
async function fate(promise: Promise<unknown>): Promise<string> {
  const outcome = await Promise.race([
    promise.then(String, (error: Error) => error.message),
    new Promise((resolve) => setImmediate(resolve, 'waiting')),
  ]);
  return String(outcome);
}

test('N-11: a body that pauses for half a minute is given up', async () => {
  const clock = new TestClock();
  const request = pieces();
  const read = new BodyReader(clock).read(request, 1000);
  request.emit('data', Buffer.from('{'));
  clock.advance(29_000);
  assert.equal(await fate(read), 'waiting');
  clock.advance(6_000);
  assert.match(await fate(read), /did not arrive in time/);
  assert.equal(clock.pending, 0, 'no timer is left');
});

test('N-11: a body that keeps trickling is given up after a minute', async () => {
  const clock = new TestClock();
  const request = pieces();
  const read = new BodyReader(clock).read(request, 1000);
  for (let second = 0; second < 59; second++) {
    request.emit('data', Buffer.from(' '));
    clock.advance(1000);
  }
  assert.equal(await fate(read), 'waiting');
  request.emit('data', Buffer.from(' '));
  clock.advance(6_000);
  assert.match(await fate(read), /did not arrive in time/);
});

test('the pieces of a body are put together, and a client that leaves is told apart', async () => {
  const clock = new TestClock();
  const reader = new BodyReader(clock);
  const request = pieces();
  const read = reader.read(request, 1000);
  request.emit('data', Buffer.from('ab'));
  request.emit('data', Buffer.from('c'));
  request.emit('end');
  assert.equal(String(await read), 'abc');
  const other = pieces();
  const gone = reader.read(other, 1000);
  other.emit('close');
  await assert.rejects(gone, ClientGone);
});
