import assert from 'node:assert/strict';

import { publicRoom } from '../../src/engine/testing/test-engine.ts';
import { readRoomGraph } from '../../src/room-graph/read-room-graph.ts';
import type { RoomGraph } from '../../src/room-graph/room-graph.ts';
import { roomGraphSvg } from '../../src/room-graph/svg.ts';
import { roomGraphText } from '../../src/room-graph/text.ts';
import { alice, bob, carol, member, type Place, placeWithBob, text } from '../engine/place.ts';
import { onEachEngine, onEngine } from '@hearth/storage/testing';

/*
 * What `hearth room graph` tells of a room that forked, in which somebody was banned beside it, and to which somebody without the
 * right sent something.
 */

function graphOf({ engine, database, roomId }: Place, limit = 100, eventId?: string): Promise<RoomGraph> {
  return readRoomGraph(engine, database.reader, { roomId, limit, eventId });
}

/** Bob writes beside his ban (soft-failed), Carol without having joined (rejected), and the two ends meet again. */
async function quarrel(place: Place) {
  const { model } = place;
  const base = model.leaves;
  const ban = model.send({ ...member(alice, bob, 'ban'), prev: base });
  await place.receive(ban);
  const beside = model.send({ ...text(bob, 'not seen'), prev: base });
  const stranger = model.build({ ...text(carol, 'who am I'), prev: [ban] });
  await place.receive(beside, stranger);
  const last = model.send({ ...text(alice, 'secret words'), prev: [ban] });
  await place.receive(last);
  return { ban, beside: beside.event.eventId, stranger: stranger.eventId, last: last.event.eventId };
}

onEachEngine('each event has its verdict, what it follows, and why it was refused', async ({ database }) => {
  const place = await placeWithBob(database);
  const { ban, beside, stranger, last } = await quarrel(place);
  const { events, more, state } = await graphOf(place);
  const told = new Map(events.map((event) => [event.event_id, event]));
  assert.equal(told.get(beside)?.verdict, 'soft-failed');
  assert.equal(told.get(beside)?.rule, '6');
  assert.equal(told.get(beside)?.reason, 'the sender is not in the room');
  assert.equal(told.get(stranger)?.verdict, 'rejected');
  assert.equal(told.get(stranger)?.rule, '6');
  assert.deepEqual(told.get(last)?.prev_events, [ban.event.eventId]);
  assert.equal(told.get(last)?.extremity, true);
  assert.equal(told.get(ban.event.eventId)?.membership, 'ban');
  assert.equal(told.get(ban.event.eventId)?.in_state, true);
  assert.equal(told.get(place.join.event.eventId)?.in_state, undefined, 'the ban has taken the place of the join');
  assert.equal(events.filter((event) => event.extremity === true).length, 1);
  assert.equal(more, false);
  assert.deepEqual(
    state.entries.map(({ type }) => type),
    ['m.room.create', 'm.room.join_rules', 'm.room.power_levels'],
  );
  assert.equal(state.total, 5, 'and the two members');
});

onEngine('sqlite', 'events come newest first, and no more than asked for', async ({ database }) => {
  const place = await placeWithBob(database);
  const { beside, stranger } = await quarrel(place);
  const { events, more } = await graphOf(place, 3);
  assert.equal(events.length, 3);
  assert.equal(more, true);
  assert.ok(events.some(({ event_id }) => event_id === stranger));
  const depths = events.map(({ depth }) => depth);
  assert.deepEqual(
    depths,
    depths.toSorted((a, b) => b - a),
  );
  assert.equal((await graphOf(place, 100)).events.filter(({ event_id }) => event_id === beside).length, 1);
});

onEngine('sqlite', 'at an event, the graph ends there and shows the state after it', async ({ database }) => {
  const place = await placeWithBob(database);
  await quarrel(place);
  const joinId = place.join.event.eventId;
  const { events, state } = await graphOf(place, 100, joinId);
  assert.equal(events[0]?.event_id, joinId);
  assert.equal(events[0]?.in_state, true);
  assert.equal(state.after, joinId);
});

onEngine('sqlite', 'a room or an event that is not here is said to be so', async ({ database }) => {
  const place = await placeWithBob(database);
  const ask = (roomId: string, eventId?: string) => readRoomGraph(place.engine, database.reader, { roomId, limit: 5, eventId });
  await assert.rejects(ask('!nowhere:hearth.test'), /has no room !nowhere/);
  await assert.rejects(ask(place.roomId, '$nothing'), /no event \$nothing/);
  const { roomId } = await place.engine.createRoom(publicRoom('10'));
  await assert.rejects(ask(roomId, place.join.event.eventId), /no event/, 'an event of another room');
});

onEngine('sqlite', 'neither picture nor text shows what people wrote, and names of others cannot break them', async ({ database }) => {
  const place = await placeWithBob(database);
  await quarrel(place);
  const evil = '</text><script>alert(1)</script>\u001b[2J\u0000]]>&';
  await place.engine.submit(place.roomId, { type: `a.${evil}`, stateKey: evil, sender: alice, content: {} });
  const graph = await graphOf(place);
  for (const shown of [roomGraphSvg(graph), roomGraphText(graph), JSON.stringify(graph)]) {
    assert.ok(shown.includes('a.</text>') || shown.includes('a.&#60;/text'), 'the event is there');
    assert.doesNotMatch(shown, /secret words|not seen/);
  }
  const svg = roomGraphSvg(graph);
  assert.doesNotMatch(svg, /<script/);
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  assert.doesNotMatch(svg + roomGraphText(graph), /[\u0000-\u0008\u001b]/);
});

onEngine('sqlite', 'the picture has a mark for each event and a line to each that it follows', async ({ database }) => {
  const place = await placeWithBob(database);
  await quarrel(place);
  const graph = await graphOf(place);
  const svg = roomGraphSvg(graph);
  const count = (part: RegExp): number => svg.match(part)?.length ?? 0;
  assert.equal(count(/<g class="event">/g), graph.events.length);
  assert.equal(count(/<path\s+class="line"/g), graph.events.flatMap(({ prev_events }) => prev_events).length);
  assert.equal(count(/class="rejected"/g), 3, 'in the legend, as a mark, and with its reason');
});
