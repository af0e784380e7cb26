import assert from 'node:assert/strict';

import { onEachDatabase } from './place.ts';
import { newsOf } from '@hearth/testkit';

/** The operations of this slice and whether one must be logged in. */
const operations = new Map([
  ['createRoom', true],
  ['joinRoom', true],
  ['joinRoomById', true],
  ['leaveRoom', true],
  ['forgetRoom', true],
  ['inviteUser', true],
  ['kick', true],
  ['ban', true],
  ['unban', true],
  ['setRoomAlias', true],
  ['getRoomIdByAlias', false],
  ['deleteRoomAlias', true],
  ['getLocalAliases', true],
  ['getJoinedRooms', true],
]);

onEachDatabase('without a token', (it) => {
  it('nothing is done with rooms under any prefix, and only an alias is looked up', async ({ hearth, alice }) => {
    const room = await alice.createRoom({ preset: 'public_chat', room_alias_name: 'door' });
    const before = await alice.sync();
    const seen = new Set<string>();
    for (const { method, path, operation } of hearth.server.routeList()) {
      const needsToken = operations.get(operation);
      if (needsToken === undefined) continue;
      seen.add(operation);
      const url = path
        .replace('{roomId}', encodeURIComponent(room))
        .replace('{roomIdOrAlias}', encodeURIComponent(room))
        .replace('{roomAlias}', encodeURIComponent('#door:hearth.test'));
      const options = method === 'GET' || method === 'DELETE' ? {} : { body: { user_id: alice.userId, room_id: room } };
      if (needsToken) {
        await hearth.client.refused(401, 'M_MISSING_TOKEN', method, url, options);
        await hearth.client.refused(401, 'M_UNKNOWN_TOKEN', method, url, { ...options, token: 'unknown' });
      } else {
        await hearth.client.ok(method, url, options);
      }
    }
    assert.deepEqual([...seen].toSorted(), [...operations.keys()].toSorted());
    assert.deepEqual(newsOf(await alice.sync({ since: before.next_batch })), []);
  });
});
