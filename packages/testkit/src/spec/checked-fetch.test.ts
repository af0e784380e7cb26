import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkedFetch } from './checked-fetch.ts';

const WHOAMI = '/_matrix/client/v3/account/whoami';

function answering(status: number, body: unknown) {
  return async (_method: string, _path: string, _options: object) => ({ status, body, extra: 'kept' });
}

test('a good answer comes through unchanged', async () => {
  const fetch = checkedFetch(answering(200, { user_id: '@a:example.org' }));
  assert.deepEqual(await fetch('GET', WHOAMI, {}), { status: 200, body: { user_id: '@a:example.org' }, extra: 'kept' });
});

test('a bad answer fails with the request, the operation and the JSON pointer', async () => {
  const fetch = checkedFetch(answering(200, { user_id: 5 }));
  await assert.rejects(fetch('GET', WHOAMI, {}), (error: Error) => {
    assert.match(error.message, /^GET \/_matrix\/client\/v3\/account\/whoami answered 200, not as getTokenOwner/);
    assert.match(error.message, /at \/user_id: must be string, got 5/);
    return true;
  });
});

test('what is not JSON fails where JSON is specified, and only there', async () => {
  const notJson = checkedFetch(answering(200, undefined));
  await assert.rejects(notJson('GET', WHOAMI, {}), /at \(the body\): must be object, got undefined\n  body: not JSON/);
  await assert.rejects(checkedFetch(answering(500, undefined))('GET', WHOAMI, {}), /must be object/);
  await notJson('GET', '/_matrix/client/v1/media/download/example.org/x', {});
  await checkedFetch(answering(302, undefined))('GET', '/_matrix/client/v3/login/sso/redirect', {});
});

test('paths that are not specified pass', async () => {
  await checkedFetch(answering(200, 5))('GET', '/health', {});
});

test('a place can be left out with a reason, and only that place', async () => {
  const except = [{ operationId: 'getTokenOwner', pointer: /^\/device_id$/, reason: 'a test' }];
  const body = { user_id: '@a:example.org', device_id: 5 };
  await checkedFetch(answering(200, body), { except })('GET', WHOAMI, {});
  await assert.rejects(checkedFetch(answering(200, { ...body, user_id: 5 }), { except })('GET', WHOAMI, {}), /user_id/);
  const other = [{ ...except[0]!, operationId: 'sync' }];
  await assert.rejects(checkedFetch(answering(200, body), { except: other })('GET', WHOAMI, {}), /device_id/);
});

test('every exchange is told, with the operation if there is one', async () => {
  const told: unknown[] = [];
  const fetch = checkedFetch(answering(404, { errcode: 'M_NOT_FOUND', error: 'no' }), {
    onChecked: (exchange, operationId) => told.push([exchange.path, exchange.status, operationId]),
  });
  await fetch('GET', WHOAMI, {});
  await fetch('GET', '/health', {});
  assert.deepEqual(told, [
    [WHOAMI, 404, 'getTokenOwner'],
    ['/health', 404, undefined],
  ]);
});
