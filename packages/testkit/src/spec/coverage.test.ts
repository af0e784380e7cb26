import assert from 'node:assert/strict';
import { test } from 'node:test';

import { coveragePage } from './coverage-page.ts';
import { coverageOf, missingFrom } from './coverage.ts';
import { specification } from './specification.ts';
import type { EndpointLists } from './types.ts';

const LISTS: EndpointLists = {
  current: [
    {
      api: 'client-server',
      method: 'GET',
      path: '/_matrix/client/v3/rooms/{roomId}/state',
      group: 'b',
      operation: 'getState',
    },
    { api: 'client-server', method: 'PUT', path: '/_matrix/client/v3/pushrules/', group: 'a', deprecated: true },
    { api: 'push-gateway', method: 'POST', path: '/_matrix/push/v1/notify', group: 'push' },
  ],
  of2015: [{ api: 'client-server', method: 'GET', path: '/_matrix/client/api/v1/rooms/{roomId}/state', group: 'b' }],
  extra: [{ api: 'admin', method: 'GET', path: '/_synapse/x', group: 'y', source: 'y' }],
};

test('names of parameters and a slash at the end do not matter, prefix and method do', () => {
  const routes = [
    { method: 'get', path: '/_matrix/client/v3/rooms/:id/state' },
    { method: 'GET', path: '/_matrix/client/v3/pushrules' },
  ];
  const coverage = coverageOf(LISTS, routes);
  assert.deepEqual(
    coverage.current.map((endpoint) => endpoint.served),
    [true, false, false],
  );
  assert.deepEqual(
    coverage.of2015.map((endpoint) => endpoint.served),
    [false],
  );
  assert.deepEqual(
    missingFrom(coverage.current).map((endpoint) => endpoint.path),
    ['/_matrix/client/v3/pushrules/', '/_matrix/push/v1/notify'],
  );
  const put = coverageOf(LISTS, [{ method: 'PUT', path: '/_matrix/client/v3/pushrules' }]);
  assert.equal(put.current[1]?.served, true);
});

test('a literal segment is not covered by a parameter', () => {
  const coverage = coverageOf(LISTS, [{ method: 'GET', path: '/_synapse/{any}' }]);
  assert.equal(coverage.extra[0]?.served, false);
});

test('the page counts what is ours and lists every endpoint by group', () => {
  const page = coveragePage([{ method: 'PUT', path: '/_matrix/client/v3/pushrules/' }], LISTS);
  const rows = page.split('\n').filter((line) => line.startsWith('| '));
  assert.deepEqual(rows, [
    '| list | served | of |',
    '| Matrix 1.19: client-server | 1 | 2 |',
    '| Matrix 1.19: push-gateway | not ours | |',
    '| Client-server API of December 2015: client-server | 0 | 1 |',
    '| Asked for, but in no list of the specification: admin | 0 | 1 |',
    '| group | operation | method and path | served |',
    '| a |  (deprecated) | `PUT /_matrix/client/v3/pushrules/` | yes |',
    '| b | getState | `GET /_matrix/client/v3/rooms/{roomId}/state` | no |',
    '| group | operation | method and path | served |',
    '| push |  | `POST /_matrix/push/v1/notify` | called |',
    '| group | operation | method and path | served |',
    '| b |  | `GET /_matrix/client/api/v1/rooms/{roomId}/state` | no |',
    '| group | operation | method and path | served |',
    '| y |  | `GET /_synapse/x` | no |',
  ]);
});

test('the page does not depend on the order of the routes', () => {
  const { current } = specification().endpoints;
  assert.equal(coveragePage(current.toReversed()), coveragePage(current));
  assert.match(coveragePage(current), /\| Matrix 1\.19: client-server \| 166 \| 166 \|/);
});
