import assert from 'node:assert/strict';

import { onEachDatabase } from './place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const directory = (alias: string): string => clientPath`/directory/room/${alias}`;
const event = 'm.room.canonical_alias';
const add = (client: Session, room: string, alias: string): Promise<unknown> =>
  client.ok('PUT', directory(alias), { body: { room_id: room } });
const newest = async (client: Session, room: string): Promise<{ event_id: string }> =>
  (await client.messages(room, { dir: 'b', limit: 1 })).chunk[0];

onEachDatabase('the canonical alias', (it) => {
  it('loses an alias that somebody removes who may say so, and nothing else', async ({ alice }) => {
    const room = await alice.createRoom({ room_alias_name: 'main' });
    for (const alias of ['#other:hearth.test', '#third:hearth.test']) await add(alice, room, alias);
    await alice.setState(room, event, '', { alias: '#main:hearth.test', alt_aliases: ['#other:hearth.test'], kept: 1 });
    const { event_id: before } = await newest(alice, room);
    await alice.ok('DELETE', directory('#third:hearth.test'));
    assert.equal((await newest(alice, room)).event_id, before, 'an alias that the event does not name changes nothing');
    await alice.ok('DELETE', directory('#main:hearth.test'));
    assert.deepEqual(await alice.getState(room, event), { alt_aliases: ['#other:hearth.test'], kept: 1 });
    await alice.ok('DELETE', directory('#other:hearth.test'));
    assert.deepEqual(await alice.getState(room, event), { kept: 1 });
  });

  it('stays when its alias is removed by somebody without power over it', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    await add(bob, room, '#mine:hearth.test');
    const content = { alias: '#mine:hearth.test' };
    await alice.setState(room, event, '', content);
    assert.deepEqual(await bob.ok('DELETE', directory('#mine:hearth.test')), {});
    assert.deepEqual(await alice.getState(room, event), content);
  });
});
