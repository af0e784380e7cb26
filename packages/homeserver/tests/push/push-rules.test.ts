import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
let alice: Session;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
});
after(() => hearth.stop());

const rules = (path = ''): string => `/_matrix/client/v3/pushrules/${path}`;

test('the default rules can be read as a whole, by scope, by kind, one by one and in parts', async () => {
  const all = await alice.ok('GET', rules());
  assert.deepEqual(Object.keys(all.global).toSorted(), ['content', 'override', 'postcontent', 'room', 'sender', 'underride']);
  assert.deepEqual(await alice.ok('GET', rules('global/')), all.global);
  const rule = await alice.ok('GET', rules('global/override/.m.rule.master'));
  assert.deepEqual([rule.rule_id, rule.default, rule.enabled], ['.m.rule.master', true, false]);
  assert.deepEqual(await alice.ok('GET', rules('global/override/.m.rule.master/enabled')), { enabled: false });
  assert.deepEqual(await alice.ok('GET', rules('global/override/.m.rule.master/actions')), { actions: rule.actions });
});

test('rules that there are not are not found, and nobody reads them without a token', async () => {
  for (const path of [
    'global/override/nope',
    'global/nope/.m.rule.master',
    'global/override/nope/enabled',
    'global/override/nope/actions',
  ]) {
    const answer = await alice.request('GET', rules(path));
    assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
  }
  await alice.refused(404, 'M_NOT_FOUND', 'GET', rules('global/override/nope'));
  await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', rules());
});

test('clients of 2015 find a device scope and drill down', async () => {
  const old = '/_matrix/client/api/v1/pushrules/';
  const all = await alice.ok('GET', old);
  assert.deepEqual(all.device, {});
  assert.deepEqual(await alice.ok('GET', `${old}global/`), all.global);
  assert.deepEqual(await alice.ok('GET', `${old}global/override/`), all.global.override);
});
