import assert from 'node:assert/strict';

import { onEachDatabase, type Place } from './place.ts';
import { type HostileRequest, type Session, soundRequests, type SoundValues, specification } from '@hearth/testkit';

/*
 * Every route of a running server that takes the id of a room or of an event, whatever routes there are, is asked by people who are not
 * in the room. New routes are asked without anybody's doing; `sound` can get values for parameters of new names.
 */

/** A room, and what is in it. */
type Target = { readonly room: string; readonly event: string };

/** What does not exist, with an id of the same form. */
function nowhereLike({ room }: Target): Target {
  return { room: room.includes(':') ? '!nowhere:hearth.test' : `!${'A'.repeat(43)}`, event: `$${'A'.repeat(43)}` };
}

function sound({ room, event }: Target, asker: Session, other: string): SoundValues {
  return {
    roomId: room,
    room_id: room,
    roomIdOrAlias: room,
    eventId: event,
    event_id: event,
    from_event: event,
    threadRootId: event,
    'm.read': event,
    'm.fully_read': event,
    'm.read.private': event,
    redacts: event,
    replacement_room: room,
    parentId: event,
    userId: asker.userId,
    user_id: other,
    roomAlias: '#free:hearth.test',
    eventType: 'org.example.type',
    stateKey: '',
    txnId: 'once',
    receiptType: 'm.read',
    relType: 'm.reference',
    new_version: '12',
    membership: 'invite',
    typing: true,
    timeout: 0,
    dir: 'b',
    ts: 1,
    limit: 5,
    type: 'm.tag',
    tag: 'u.tag',
    visibility: 'private',
    search_categories: { room_events: { search_term: 'secret', filter: { rooms: [room] } } },
    reason: 'because',
    score: -1,
  };
}

/** The requests of all routes that name the room or its event. */
function requestsAbout({ hearth }: Place, target: Target, asker: Session, other: string): readonly HostileRequest[] {
  const names = (request: HostileRequest): boolean => {
    const text = decodeURIComponent(request.target) + new TextDecoder().decode(request.body);
    return text.includes(target.room) || text.includes(target.event);
  };
  const routes = hearth.server.routeList();
  return routes.flatMap((route) => soundRequests(route, specification(), sound(target, asker, other)).filter(names));
}

/** Status, code and text of an answer, without the ids that were asked for. */
async function answer(client: Session, { method, target, body }: HostileRequest, about: Target): Promise<string> {
  const options = body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } };
  const { status, bytes } = await client.request(method, target, options);
  const text = new TextDecoder().decode(bytes);
  const named = text.replaceAll(about.room, 'ROOM').replaceAll(about.event, 'EVENT');
  // Time goes on.
  const still = named.replaceAll(/"age":\d+/g, '"age":0');
  return `${status} ${still.replaceAll(encodeURIComponent(about.room), 'ROOM').replaceAll(encodeURIComponent(about.event), 'EVENT')}`;
}

/** What the asker is told of each, side by side; only where that differs. */
async function differences(place: Place, asker: Session, other: string, there: Target): Promise<readonly object[]> {
  const nowhere = nowhereLike(there);
  const real = requestsAbout(place, there, asker, other);
  const unreal = requestsAbout(place, nowhere, asker, other);
  assert.equal(real.length, unreal.length);
  assert.ok(real.length > 200, `only ${real.length} requests`);
  const found: object[] = [];
  for (const [index, request] of real.entries()) {
    const [here, elsewhere] = [await answer(asker, request, there), await answer(asker, unreal[index] as HostileRequest, nowhere)];
    if (here !== elsewhere) found.push({ request: `${request.method} ${request.target}`, here, elsewhere });
  }
  return found;
}

async function hiddenRoom({ alice }: Place, options: object = {}): Promise<Target> {
  const room = await alice.createRoom({ name: 'Hidden', ...options });
  return { room, event: await alice.sendText(room, 'the secret') };
}

onEachDatabase('AC-13, a22, AC-05: a room that somebody is not in', (it) => {
  it('answers a stranger on every route as a room that there is not, whatever its version and whoever else is in it', async (place) => {
    const { bob, carol } = place;
    for (const options of [{}, { room_version: '10' }, { invite: [carol.userId], room_version: '6' }]) {
      assert.deepEqual(await differences(place, bob, carol.userId, await hiddenRoom(place, options)), []);
    }
  });

  it('lets nothing that happens after somebody left through to them', async (place) => {
    const { alice, bob, carol } = place;
    const there = await hiddenRoom(place, { invite: [bob.userId] });
    await bob.join(there.room);
    const seen = await alice.sendText(there.room, 'before');
    await bob.leave(there.room);
    const asked = requestsAbout(place, { room: there.room, event: seen }, bob, carol.userId).filter(
      ({ target }) => !target.includes('/forget'),
    );
    const crawl = async (): Promise<readonly string[]> => {
      const answers: string[] = [];
      for (const request of asked) answers.push(await answer(bob, request, there));
      return answers;
    };
    await crawl();
    const before = await crawl();
    await alice.setState(there.room, 'm.room.name', '', { name: 'Renamed' });
    await alice.invite(there.room, carol.userId);
    await carol.join(there.room);
    await carol.sendText(there.room, 'after');
    await alice.ok('PUT', `/_matrix/client/v3/directory/room/${encodeURIComponent('#later:hearth.test')}`, {
      body: { room_id: there.room },
    });
    await alice.redact(there.room, await alice.sendText(there.room, 'gone'));
    const after = await crawl();
    const changed = asked.flatMap(({ method, target }, index) =>
      before[index] === after[index] ? [] : [{ request: `${method} ${target}`, before: before[index], after: after[index] }],
    );
    assert.deepEqual(changed, []);
    await alice.ok('DELETE', `/_matrix/client/v3/directory/room/${encodeURIComponent('#later:hearth.test')}`);
  });
});
