import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ClientModel, type ModelOptions } from './client-model.ts';
import { seededRandom } from '@hearth/kit/testing';
import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
before(async () => {
  hearth = await startHearth();
});
after(() => hearth.stop());

type People = { readonly alice: Session; readonly bob: Session; readonly carol: Session };
type Action = (people: People, room: string, number: number) => Promise<unknown>;

/** What may happen in a room; some of it is not possible at the time, and then nothing happens. */
const actions: readonly Action[] = [
  ({ alice }, room, number) => alice.sendText(room, `message ${number}`),
  ({ alice }, room, number) => alice.sendText(room, `message ${number}`),
  ({ bob }, room, number) => bob.sendText(room, `from bob ${number}`),
  ({ alice }, room, number) => alice.setState(room, 'm.room.name', '', { name: `name ${number}` }),
  ({ alice }, room, number) => alice.setState(room, 'org.example.key', String(number % 3), { number }),
  ({ carol }, room, number) => carol.setState(room, 'm.room.member', carol.userId, { membership: 'join', displayname: `carol ${number}` }),
  ({ carol }, room) => carol.join(room),
  ({ carol }, room) => carol.leave(room),
  ({ bob }, room) => bob.leave(room),
  ({ bob }, room) => bob.join(room),
  ({ bob }, room) => bob.join(room),
  ({ alice, bob }, room) => alice.kick(room, bob.userId),
  async ({ alice }, room) => alice.redact(room, (await alice.messages(room, { dir: 'b', limit: 1 })).chunk[0].event_id),
];

for (const seed of [1, 2, 3, 4]) {
  test(`whatever happens, every old token leads to the same picture as a first sync (story ${seed})`, async () => {
    const random = seededRandom(seed);
    const pick = (below: number): number => random.integer(below);
    const register = (name: string): Promise<Session> => hearth.client.register(`${name}${seed}`, 'a long password');
    const people = { alice: await register('alice'), bob: await register('bob'), carol: await register('carol') };
    const { alice, bob } = people;
    const rooms = [await alice.createRoom({ preset: 'public_chat' }), await alice.createRoom({ preset: 'public_chat' })];
    for (const room of rooms) await bob.join(room);
    const options = (): ModelOptions => ({ limit: 1 + pick(6), stateAfter: pick(2) === 0 });
    const live = new ClientModel();
    const saved: ClientModel[] = [];
    for (let number = 0; number < 60; number += 1) {
      const room = rooms[pick(rooms.length)] as string;
      await actions[pick(actions.length)]?.(people, room, number).catch(() => undefined);
      if (pick(4) > 0) continue;
      await live.step(bob, options());
      saved.push(live.copy());
    }
    const fresh = new ClientModel();
    await fresh.step(bob, { limit: 50, stateAfter: false });
    const history = new Map<string, string[]>();
    for (const room of rooms)
      history.set(
        room,
        (await alice.messages(room, { dir: 'b', limit: 500 })).chunk.map((event: { event_id: string }) => event.event_id).toReversed(),
      );
    for (const [index, model] of [...saved, live].entries()) {
      await model.step(bob, options());
      const what = `token ${index} of ${saved.length}`;
      for (const room of rooms) {
        const [got, wanted] = [model.rooms.get(room), fresh.rooms.get(room)];
        assert.equal(got?.membership ?? 'leave', wanted?.membership ?? 'leave', `${what}: membership`);
        if (!got || !wanted) continue;
        assert.deepEqual(Object.fromEntries(got.state), Object.fromEntries(wanted.state), `${what}: state`);
        const all = history.get(room) ?? [];
        assert.deepEqual(got.timeline, all.slice(all.length - got.timeline.length), `${what}: timeline without gaps and doubles`);
      }
    }
  });
}
