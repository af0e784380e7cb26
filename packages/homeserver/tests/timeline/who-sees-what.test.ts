import assert from 'node:assert/strict';

import { type Event, idsOf, onEachServer, type People } from './people.ts';
import { clientPath, type Session } from '@hearth/testkit';

type Visibility = 'joined' | 'invited' | 'shared' | 'world_readable';

const get = (client: Session, room: string, rest: string, query = {}) =>
  client.request('GET', `${clientPath`/rooms/${room}`}/${rest}`, { query });

/** Which of these events somebody gets one by one, and which by paging; both must be the same. */
async function seenBy(client: Session, room: string, events: readonly string[]): Promise<readonly string[]> {
  const single: string[] = [];
  for (const event of events) if ((await get(client, room, `event/${encodeURIComponent(event)}`)).status === 200) single.push(event);
  const page = await get(client, room, 'messages', { dir: 'b', limit: 100 });
  const paged = page.status === 200 ? idsOf(page.body.chunk as Event[]) : [];
  // A door for the room as a whole is shut to the invited, who may still ask for an event that they are shown.
  if (page.status === 200) {
    assert.deepEqual(
      single,
      events.filter((event) => paged.includes(event)),
    );
  }
  return single;
}

async function roomWith({ alice }: People, visibility: Visibility): Promise<string> {
  return alice.createRoom({
    preset: 'public_chat',
    initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: visibility } }],
  });
}

onEachServer('who sees what of a room', (it) => {
  for (const visibility of ['joined', 'invited', 'shared', 'world_readable'] as const) {
    it(`${visibility}: before the invitation, invited, joined, after leaving, and back again`, async (people) => {
      const { alice, eve } = people;
      const room = await roomWith(people, visibility);
      const events: string[] = [];
      const say = async (text: string): Promise<string> => {
        const event = await alice.sendText(room, text);
        events.push(event);
        return event;
      };
      const sees = (): Promise<readonly string[]> => seenBy(eve, room, events);
      const before = await say('before');
      assert.deepEqual(await sees(), visibility === 'world_readable' ? [before] : []);
      await alice.invite(room, eve.userId);
      const invited = await say('invited');
      const early = { joined: [], invited: [invited], shared: [], world_readable: [before, invited] }[visibility];
      assert.deepEqual(await sees(), early);
      await eve.join(room);
      const joined = await say('joined');
      const inside = { joined: [joined], invited: [invited, joined], shared: [before, invited, joined], world_readable: events.slice() }[
        visibility
      ];
      assert.deepEqual(await sees(), inside);
      await eve.leave(room);
      const gone = await say('gone');
      assert.deepEqual(await sees(), visibility === 'world_readable' ? [...inside, gone] : inside);
      await eve.join(room);
      const back = await say('back');
      const all = { joined: [joined, back], invited: [invited, joined, back], shared: events.slice(), world_readable: events.slice() }[
        visibility
      ];
      assert.deepEqual(await sees(), all);
    });
  }

  it('who left, or was banned, gets state and members as they were then, and nobody’s typing', async ({ alice, bob, eve, room }) => {
    await alice.setState(room, 'm.room.topic', '', { topic: 'then' });
    for (const end of ['leave', 'kick', 'ban'] as const) {
      await eve.join(room);
      await (end === 'leave' ? eve.leave(room) : alice[end](room, eve.userId));
      await alice.setState(room, 'm.room.topic', '', { topic: 'now' });
      const later = await alice.sendText(room, 'unheard');
      assert.deepEqual(await eve.getState(room, 'm.room.topic'), { topic: 'then' });
      const state = (await eve.ok('GET', clientPath`/rooms/${room}/state`)) as Event[];
      assert.deepEqual(state.find((event) => event.type === 'm.room.topic')?.content, { topic: 'then' });
      const { chunk } = await eve.ok('GET', clientPath`/rooms/${room}/members`);
      const own = (chunk as Event[]).find((event) => event.state_key === eve.userId);
      assert.equal(own?.content['membership'], end === 'ban' ? 'ban' : 'leave');
      await eve.refused(404, 'M_NOT_FOUND', 'GET', clientPath`/rooms/${room}/event/${later}`);
      assert.ok(!idsOf((await eve.messages(room, { dir: 'b' })).chunk).includes(later));
      await eve.refused(403, 'M_FORBIDDEN', 'GET', clientPath`/rooms/${room}/joined_members`);
      await eve.refused(403, 'M_FORBIDDEN', 'PUT', clientPath`/rooms/${room}/typing/${eve.userId}`, { body: { typing: true } });
      await alice.setState(room, 'm.room.topic', '', { topic: 'then' });
      await bob.sendText(room, 'x');
    }
  });

  it('the invited do not read state or pages; neither do those who declined', async ({ alice, eve }) => {
    const room = await alice.createRoom({ invite: [eve.userId] });
    const closed = async (): Promise<void> => {
      for (const rest of ['state', 'members', 'joined_members', 'messages', 'state/m.room.create']) {
        assert.equal((await get(eve, room, rest, rest === 'messages' ? { dir: 'b' } : {})).status, 403, rest);
      }
    };
    await closed();
    await eve.leave(room);
    await closed();
    const { messages, state } = (await get(eve, room, 'initialSync')).body;
    assert.deepEqual(
      [...messages.chunk, ...state].map((event: Event) => [event.sender, event.content['membership']]),
      [[eve.userId, 'leave']],
    );
  });

  it('a forgotten room is as closed as one that one never was in', async ({ alice, eve, room }) => {
    await eve.join(room);
    const event = await alice.sendText(room, 'x');
    await eve.leave(room);
    assert.deepEqual(await seenBy(eve, room, [event]), [event]);
    await eve.forget(room);
    assert.deepEqual(await seenBy(eve, room, [event]), []);
    await eve.refused(404, 'M_NOT_FOUND', 'GET', clientPath`/events/${event}`);
    for (const rest of ['state', 'members', 'messages', 'state/m.room.create']) {
      assert.equal((await get(eve, room, rest, rest === 'messages' ? { dir: 'b' } : {})).status, 403, rest);
    }
    await eve.join(room);
    assert.deepEqual(await seenBy(eve, room, [event]), [event]);
  });

  it('a room that the world may read is open to strangers, but for who is in it now and for writing', async (people) => {
    const { alice, eve } = people;
    const room = await roomWith(people, 'world_readable');
    const event = await alice.sendText(room, 'x');
    assert.deepEqual(await seenBy(eve, room, [event]), [event]);
    for (const rest of ['state', 'members', 'state/m.room.create']) assert.equal((await get(eve, room, rest)).status, 200, rest);
    assert.equal((await get(eve, room, 'joined_members')).status, 403);
    await eve.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/rooms/${room}/receipt/m.read/${event}`, { body: {} });
    await eve.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/rooms/${room}/read_markers`, { body: { 'm.fully_read': event } });
    await eve.refused(403, 'M_FORBIDDEN', 'PUT', clientPath`/rooms/${room}/typing/${eve.userId}`, { body: { typing: true } });
    await alice.setState(room, 'm.room.history_visibility', '', { history_visibility: 'shared' });
    assert.deepEqual(await seenBy(eve, room, [await alice.sendText(room, 'closed now')]), []);
    assert.equal((await get(eve, room, 'state')).status, 403);
  });
});
