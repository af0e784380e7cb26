import assert from 'node:assert/strict';
import { test } from 'node:test';

import { serverPolicy } from './server-policy.ts';

test('without lists all servers are allowed; what is denied is so at every port and in every spelling of its name', () => {
  assert.equal(serverPolicy({ allowed: [], denied: [] }).allows('one.test'), true);
  const policy = serverPolicy({ allowed: [], denied: ['Bad.test', '*.bad.test', '10.0.?.1', '[::1]'] });
  for (const name of ['bad.test', 'BAD.test:1', 'a.b.bad.test', 'bad.test.', '10.0.7.1:8448', '[::1]:8448'])
    assert.equal(policy.allows(name), false, name);
  for (const name of ['notbad.test', 'bad.test.org', '10.0.77.1', '[::2]']) assert.equal(policy.allows(name), true, name);
});

test('with an allow list only its servers are allowed, and of them none that is denied', () => {
  const policy = serverPolicy({ allowed: ['*.good.test'], denied: ['but.good.test'] });
  assert.equal(policy.allows('a.good.test'), true);
  for (const name of ['good.test', 'but.good.test', 'one.test', '', 'no server', '*']) assert.equal(policy.allows(name), false, name);
});
