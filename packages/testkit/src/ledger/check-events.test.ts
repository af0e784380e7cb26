import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Books, type Entry } from './books.ts';
import { matchEvents } from './check-events.ts';

const user = { userId: '@a:x', token: 't' };

function entry(marker: string, eventId: string | undefined): Entry {
  return { user, roomId: '!r', marker, call: { method: 'PUT', path: '/' }, retriable: true, cycle: 1, eventId };
}

function problemsOf(entries: Entry[], events: [eventId: string, marker: string | undefined][]): string[] {
  const books = new Books();
  matchEvents(
    books,
    entries,
    events.map(([eventId, marker]) => ({ eventId, marker })),
    '',
  );
  return books.problems.map(({ kind, text }) => `${kind}: ${text}`);
}

test('what was acknowledged and is there once is right, also when a redaction took its marker', () => {
  assert.deepEqual(
    problemsOf(
      [entry('1', '$1'), entry('2', '$2')],
      [
        ['$1', '1'],
        ['$2', undefined],
      ],
    ),
    [],
  );
});

test('what was not acknowledged may be there once or not at all', () => {
  const there = entry('1', undefined);
  assert.deepEqual(problemsOf([there, entry('2', undefined)], [['$1', '1']]), []);
  assert.equal(there.eventId, '$1');
});

test('an acknowledged event that is gone is lost', () => {
  assert.deepEqual(problemsOf([entry('1', '$1')], []), ['lost: 1 was acknowledged as $1 and is gone']);
});

test('an acknowledged event that is there under another id is lost', () => {
  assert.deepEqual(problemsOf([entry('1', '$1')], [['$other', '1']]), ['lost: 1 was acknowledged as $1 and is there as $other']);
});

test('a request that made two events is doubled', () => {
  assert.deepEqual(
    problemsOf(
      [entry('1', undefined)],
      [
        ['$1', '1'],
        ['$2', '1'],
      ],
    ),
    ['doubled: 1 is there as $1 and as $2'],
  );
});

test('an event listed twice is doubled', () => {
  assert.deepEqual(
    problemsOf(
      [entry('1', '$1')],
      [
        ['$1', '1'],
        ['$1', '1'],
      ],
    ),
    ['doubled: 1 is there as $1 and as $1'],
  );
});

test('an event that nobody asked for is told', () => {
  assert.deepEqual(problemsOf([], [['$1', undefined]]), ['doubled: $1 (undefined) is an event that nobody asked for']);
});
