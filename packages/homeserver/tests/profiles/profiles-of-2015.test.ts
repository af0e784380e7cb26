import assert from 'node:assert/strict';

import { onEachServer } from '../timeline/people.ts';

const of = (user: string, field: string): string => `/_matrix/client/api/v1/profile/${encodeURIComponent(user)}/${field}`;

onEachServer('profiles of 2015', (it) => {
  it('name and picture are written and read one by one, by their own names', async ({ hearth, alice, bob }) => {
    for (const [field, value] of [
      ['displayname', 'Alice of Old'],
      ['avatar_url', 'mxc://hearth.test/picture'],
    ] as const) {
      const path = of(alice.userId, field);
      assert.deepEqual(await alice.ok('PUT', path, { body: { [field]: value, unknown: 1 } }), {});
      assert.deepEqual(await hearth.client.ok('GET', path), { [field]: value });
      assert.deepEqual(await bob.ok('GET', path.replace('api/v1', 'v3')), { [field]: value });
      await bob.refused(403, 'M_FORBIDDEN', 'PUT', path, { body: { [field]: value } });
      await alice.refused(400, 'M_MISSING_PARAM', 'PUT', path, { body: {} });
      for (const wrong of [1, null, {}, []]) await alice.refused(400, 'M_BAD_JSON', 'PUT', path, { body: { [field]: wrong } });
      await alice.refused(404, 'M_NOT_FOUND', 'GET', of('@nobody:hearth.test', field));
      assert.deepEqual(await hearth.client.ok('GET', path), { [field]: value });
    }
  });
});
