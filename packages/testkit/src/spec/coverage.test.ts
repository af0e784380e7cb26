import assert from 'node:assert/strict';
import { test } from 'node:test';

import { coveragePage } from './coverage-page.ts';
import { coverageOf, missingFrom } from './coverage.ts';
import { specification } from './specification.ts';
import type { Specification } from './specification.ts';
import type { EndpointLists, Operation } from './types.ts';

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

const GET_STATE: Operation = {
  api: 'client-server',
  operationId: 'getState',
  method: 'GET',
  path: '/_matrix/client/v3/rooms/{roomId}/state',
  auth: 'token',
  rateLimited: false,
  deprecated: false,
  pathParameters: [],
  queryParameters: [],
  responses: { 200: { contentTypes: [] }, 403: { contentTypes: [] }, 429: { contentTypes: [] } },
};
const SPEC: Pick<Specification, 'apis' | 'endpoints'> = {
  apis: { ...specification().apis, 'client-server': { api: 'client-server', operations: [GET_STATE], $defs: {} } },
  endpoints: LISTS,
};
const NO_EVIDENCE = new Map<string, string[]>();

test('names of parameters and a slash at the end do not matter, prefix and method do', () => {
  const routes = [
    { method: 'get', path: '/_matrix/client/v3/rooms/:id/state' },
    { method: 'GET', path: '/_matrix/client/v3/pushrules' },
  ];
  const coverage = coverageOf(SPEC, routes, NO_EVIDENCE);
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
  const put = coverageOf(SPEC, [{ method: 'PUT', path: '/_matrix/client/v3/pushrules' }], NO_EVIDENCE);
  assert.equal(put.current[1]?.served, true);
});

test('a literal segment is not covered by a parameter', () => {
  const coverage = coverageOf(SPEC, [{ method: 'GET', path: '/_synapse/{any}' }], NO_EVIDENCE);
  assert.equal(coverage.extra[0]?.served, false);
});

test('the page counts what is ours and lists every endpoint by group', () => {
  const rules = { method: 'PUT', path: '/_matrix/client/v3/pushrules/' };
  const page = coveragePage([rules], new Map([['PUT /_matrix/client/v3/pushrules/', ['200']]]), SPEC);
  const rows = page.split('\n').filter((line) => line.startsWith('| '));
  assert.deepEqual(rows, [
    '| list | shown | served | of |',
    '| Matrix 1.19: client-server | 1 | 1 | 2 |',
    '| Matrix 1.19: push-gateway | not ours | | |',
    '| Client-server API of December 2015: client-server | 0 | 0 | 1 |',
    '| Asked for, but in no list of the specification: admin | 0 | 0 | 1 |',
    '| group | operation | method and path | served |',
    '| a |  (deprecated) | `PUT /_matrix/client/v3/pushrules/` | shown |',
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
  assert.equal(coveragePage(current.toReversed(), NO_EVIDENCE), coveragePage(current, NO_EVIDENCE));
  assert.match(coveragePage(current, NO_EVIDENCE), /\| Matrix 1\.19: client-server \| 0 \| 166 \| 166 \|/);
});

test('an endpoint is shown when its success, each status of the specification but 429 and each declared code were seen', () => {
  const route = { method: 'GET', path: '/_matrix/client/v3/rooms/{roomId}/state', errors: ['M_FORBIDDEN', 'M_NOT_FOUND'] };
  const notShown = (...kinds: string[]) => coverageOf(SPEC, [route], new Map([[`GET ${route.path}`, kinds]])).current[0]?.notShown;
  assert.deepEqual(notShown(), ['success', '403', 'M_FORBIDDEN', 'M_NOT_FOUND']);
  assert.deepEqual(notShown('200'), ['403', 'M_FORBIDDEN', 'M_NOT_FOUND']);
  assert.deepEqual(notShown('200', '403 M_FORBIDDEN'), ['M_NOT_FOUND']);
  assert.deepEqual(notShown('200', '403 M_FORBIDDEN', '404 M_NOT_FOUND'), []);
});
