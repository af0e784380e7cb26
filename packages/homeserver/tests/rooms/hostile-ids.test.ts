import assert from 'node:assert/strict';

import { onEachDatabase } from './place.ts';
import { newsOf } from '@hearth/testkit';

/** Percent-encoded by hand: some of them are no text at all. */
const ids = [
  '',
  '%21',
  '%21%3A',
  '%21%3Ahearth.test',
  '%21a%00b%3Ahearth.test',
  '%21__proto__%3Ahearth.test',
  '%21constructor',
  '%FF%FE',
  '%ED%A0%80',
  '%',
  '%2',
  '%21a%2Fb%3Ahearth.test',
  '%21a%3Ahearth.test%0A',
  '%23',
  '%23a%3Ab%3Ac%3Ad',
  '%23%3B%27%22%3Ahearth.test',
  '%40alice%3Ahearth.test',
  '%24event',
  'null',
  'undefined',
  '0',
  '..',
  `%21${'x'.repeat(250)}%3Ahearth.test`,
  `%21${'x'.repeat(4_000)}%3Ahearth.test`,
  `%21${'A'.repeat(43)}`,
  `%23${'%F0%9F%98%80'.repeat(300)}%3Ahearth.test`,
];

const inPath = /\{(roomId|roomIdOrAlias|roomAlias)\}/;
const operations =
  /^(joinRoom|joinRoomById|leaveRoom|forgetRoom|inviteUser|kick|ban|unban|setRoomAlias|getRoomIdByAlias|deleteRoomAlias|getLocalAliases)$/;

onEachDatabase('ids that are none', (it) => {
  it('in any path of this slice are refused, never an error of the server, and change nothing', async ({ hearth, alice, bob }) => {
    await alice.createRoom();
    const before = await alice.sync();
    const body = { user_id: bob.userId, room_id: '!x:hearth.test' };
    let asked = 0;
    for (const { method, path, operation } of hearth.server.routeList()) {
      if (!operations.test(operation) || !path.startsWith('/_matrix/client/v3/')) continue;
      for (const id of ids) {
        const answer = await alice.request(method, path.replace(inPath, id), method === 'GET' || method === 'DELETE' ? {} : { body });
        assert.ok([400, 403, 404, 405, 414].includes(answer.status), `${method} ${path} with ${id.slice(0, 40)}: ${answer.status}`);
        assert.equal(typeof answer.body?.errcode, 'string', `${method} ${path} with ${id.slice(0, 40)}`);
        asked += 1;
      }
    }
    assert.equal(asked, 12 * ids.length);
    assert.deepEqual(newsOf(await alice.sync({ since: before.next_batch })), []);
  });

  it('of users are refused wherever one member does something to another', async ({ alice }) => {
    const room = await alice.createRoom();
    for (const verb of ['invite', 'kick', 'ban', 'unban']) {
      for (const user of [
        '',
        'bob',
        '@',
        '@bob',
        '@:',
        '@bob:',
        '@bob:a b',
        '@b\0b:hearth.test',
        '!bob:hearth.test',
        `@${'x'.repeat(255)}:hearth.test`,
      ]) {
        await alice.refused(400, 'M_INVALID_PARAM', 'POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/${verb}`, {
          body: { user_id: user },
        });
      }
    }
  });
});
