import assert from 'node:assert/strict';

import { onEachServer, password } from '../timeline/people.ts';
import { newsOf } from '@hearth/testkit';

type Event = { readonly type: string; readonly content: object };

function dataOf(user: string, type: string, room?: string): string {
  const place = room === undefined ? '' : `/rooms/${encodeURIComponent(room)}`;
  return `/_matrix/client/v3/user/${encodeURIComponent(user)}${place}/account_data/${encodeURIComponent(type)}`;
}

onEachServer('deleting account data', (it) => {
  it('what is deleted, or emptied, is not found, is told once as an empty object, and is in no first sync', async (people) => {
    const { hearth, alice, room } = people;
    const phone = await hearth.client.login('alice', password);
    const ways = [
      (path: string) => alice.ok('DELETE', path.replace('/v3/', '/unstable/org.matrix.msc3391/')),
      (path: string) => alice.ok('DELETE', path),
      (path: string) => alice.ok('PUT', path, { body: {} }),
    ];
    for (const remove of ways) {
      for (const place of [undefined, room]) {
        const path = dataOf(alice.userId, 'org.example.gone', place);
        await alice.ok('PUT', path, { body: { here: true } });
        const { next_batch: since } = await phone.sync();
        assert.deepEqual(await remove(path), {});
        await alice.refused(404, 'M_NOT_FOUND', 'GET', path);
        const told = await phone.sync({ since });
        const events: Event[] = place === undefined ? told.account_data.events : told.rooms.join[place].account_data.events;
        assert.deepEqual(events, [{ type: 'org.example.gone', content: {} }]);
        const first = await phone.sync();
        const all: Event[] = [...first.account_data.events, ...first.rooms.join[room].account_data.events];
        assert.ok(!all.some(({ type }) => type === 'org.example.gone'));
        await remove(path);
        assert.deepEqual(newsOf(await phone.sync({ since: told.next_batch })), []);
      }
    }
  });

  it('only the owner deletes, and nobody what the server keeps', async ({ alice, bob, room }) => {
    await alice.ok('PUT', dataOf(alice.userId, 'org.example.mine'), { body: { a: 1 } });
    await bob.refused(403, 'M_FORBIDDEN', 'DELETE', dataOf(alice.userId, 'org.example.mine'));
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', dataOf(alice.userId, 'org.example.mine'), { body: {} });
    assert.deepEqual(await alice.ok('GET', dataOf(alice.userId, 'org.example.mine')), { a: 1 });
    for (const type of ['m.push_rules', 'm.fully_read'])
      await alice.refused(405, 'M_BAD_JSON', 'DELETE', dataOf(alice.userId, type, type === 'm.fully_read' ? room : undefined));
  });

  it('a device’s notification settings go with the device, and the others hear of it', async ({ hearth, alice }) => {
    const phone = await hearth.client.login('alice', password);
    const laptop = await hearth.client.login('alice', password);
    const of = (device: string): string[] =>
      ['m', 'org.matrix.msc3890'].map((prefix) => dataOf(alice.userId, `${prefix}.local_notification_settings.${device}`));
    for (const path of [...of(phone.deviceId), ...of(laptop.deviceId)]) await alice.ok('PUT', path, { body: { is_silenced: true } });
    const { next_batch: since } = await alice.sync();
    await phone.ok('POST', '/_matrix/client/v3/logout', { body: {} });
    for (const path of of(phone.deviceId)) await alice.refused(404, 'M_NOT_FOUND', 'GET', path);
    for (const path of of(laptop.deviceId)) assert.deepEqual(await alice.ok('GET', path), { is_silenced: true });
    const told: Event[] = (await alice.sync({ since })).account_data.events;
    assert.deepEqual(told.map(({ type }) => type).toSorted(), [
      `m.local_notification_settings.${phone.deviceId}`,
      `org.matrix.msc3890.local_notification_settings.${phone.deviceId}`,
    ]);
    assert.ok(told.every(({ content }) => Object.keys(content).length === 0));
    await laptop.ok('POST', '/_matrix/client/v3/logout', { body: {} });
  });
});
