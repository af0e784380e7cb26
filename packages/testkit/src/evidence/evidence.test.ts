import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { endpointIndex } from './endpoint-index.ts';
import { lostEvidence, recordedEvidence, undeclaredErrors } from './evidence.ts';

const STATE = '/_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}';
const ROUTES = [
  { method: 'GET', path: STATE, errors: ['M_FORBIDDEN'] },
  { method: 'GET', path: '/_matrix/client/v3/rooms/{roomId}/state', errors: [] },
];

test('a request belongs to the endpoint with the most literal path that fits, whatever slash is at its end', () => {
  const find = endpointIndex([...ROUTES, { method: 'GET', path: '/_matrix/client/v3/{any}/{thing}/state', errors: [] }]);
  const path = (asked: string) => find('GET', `/_matrix/client/v3/rooms/${asked}`)?.path;
  assert.equal(path('!r:a/state'), '/_matrix/client/v3/rooms/{roomId}/state');
  assert.equal(path('!r:a/state/m.room.name/'), STATE);
  assert.equal(path('!r:a/state/m.room.name'), STATE);
  assert.equal(path('!r:a/state/m.room.name/key/more'), undefined);
  assert.equal(find('PUT', '/_matrix/client/v3/rooms/!r:a/state'), undefined);
});

test('what the processes noted is gathered by route; what depends on the hour is left out', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'evidence-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const line = (path: string, status: string, errcode = '') => ['GET', path, status, errcode].join('\t');
  writeFileSync(join(folder, '1.tsv'), `${line(STATE, '200')}\n${line(STATE, '429', 'M_LIMIT_EXCEEDED')}\n`);
  writeFileSync(
    join(folder, '2.tsv'),
    `${line(`${STATE}/`, '403', 'M_FORBIDDEN')}\n${line(STATE, '503', 'M_UNAVAILABLE')}\n${line('/x', '200')}\n`,
  );
  assert.deepEqual([...recordedEvidence(folder, ROUTES)], [[`GET ${STATE}`, ['200', '403 M_FORBIDDEN']]]);
});

test('what no test sees any more is named, and so is a code that neither its route nor every route declares', () => {
  const seen = new Map([[`GET ${STATE}`, ['200', '403 M_FORBIDDEN', '404 M_NOT_FOUND', '401 M_MISSING_TOKEN']]]);
  assert.deepEqual(lostEvidence(new Map([[`GET ${STATE}`, ['200', '400 M_BAD_STATE']]]), seen), [`GET ${STATE}: 400 M_BAD_STATE`]);
  assert.deepEqual(undeclaredErrors(seen, ROUTES, new Set(['M_MISSING_TOKEN'])), [`GET ${STATE}: M_NOT_FOUND`]);
});
