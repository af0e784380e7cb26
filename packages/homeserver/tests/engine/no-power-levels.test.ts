import assert from 'node:assert/strict';

import type { Intent } from '../../src/engine/engine.ts';
import { fixedEngine } from '../../src/engine/testing/fixed-engine.ts';
import { ModelRoom } from '../../src/engine/testing/model-room.ts';
import { OtherServers } from '../../src/engine/testing/other-servers.ts';
import { publicRoom } from '../../src/engine/testing/test-engine.ts';
import { MatrixError } from '../../src/http/errors.ts';
import { alice, bob, joining, placeOf } from './place.ts';
import { onEngine } from '@hearth/storage/testing';

/*
 * A room whose power levels were never set: its creator has all the power, everybody else none, and state wants 50
 * (https://spec.matrix.org/v1.19/client-server-api/#mroompower_levels).
 */

const member = '@member:hearth.test';
const stranger = '@stranger:hearth.test';

type Case = readonly [name: string, intent: { type: string; stateKey?: string; content: object }, creator: boolean, joined: boolean];

const cases: readonly Case[] = [
  ['a message', { type: 'm.room.message', content: { body: 'x' } }, true, true],
  ['a name', { type: 'm.room.name', stateKey: '', content: { name: 'x' } }, true, false],
  ['a topic', { type: 'm.room.topic', stateKey: '', content: { topic: 'x' } }, true, false],
  ['join rules', { type: 'm.room.join_rules', stateKey: '', content: { join_rule: 'public' } }, true, false],
  ['history visibility', { type: 'm.room.history_visibility', stateKey: '', content: { history_visibility: 'shared' } }, true, false],
  ['a server ACL', { type: 'm.room.server_acl', stateKey: '', content: { allow: ['*'] } }, true, false],
  ['a tombstone', { type: 'm.room.tombstone', stateKey: '', content: { body: 'x', replacement_room: '!x:x' } }, true, false],
  ['a type that nobody knows', { type: 'org.example.any', stateKey: 'x', content: {} }, true, false],
  ['a ban', { type: 'm.room.member', stateKey: bob, content: { membership: 'ban' } }, true, false],
  ['a kick', { type: 'm.room.member', stateKey: bob, content: { membership: 'leave' } }, true, false],
  ['an invite', { type: 'm.room.member', stateKey: '@new:hearth.test', content: { membership: 'invite' } }, true, true],
  ['power levels', { type: 'm.room.power_levels', stateKey: '', content: { users: {} } }, true, false],
];

for (const version of ['1', '6', '10', '12']) {
  for (const [name, intent, creator, joined] of cases) {
    onEngine('sqlite', `EA-15 in a room of version ${version} without power levels, ${name} is for those who may`, async ({ database }) => {
      const engine = await fixedEngine(database);
      const room = publicRoom(version);
      const { roomId } = await engine.createRoom({ ...room, events: room.events.filter(({ type }) => type !== 'm.room.power_levels') });
      const servers = new OtherServers();
      const model = await ModelRoom.of(engine, roomId, servers);
      const place = placeOf(engine, database, model, servers);
      await place.receive(model.send({ ...joining(bob), prev: model.leaves }));
      const { record } = await engine.submit(roomId, joining(member) as Intent);
      model.adopt(record.event);

      // By another server first, while nothing has changed: Bob is a member like any other.
      const stateKey = intent.stateKey === bob ? member : intent.stateKey;
      const event = model.build({ ...intent, ...(stateKey === undefined ? {} : { stateKey }), sender: bob, prev: model.leaves });
      assert.equal((await place.receive(event))[0]?.verdict, joined ? 'accepted' : 'rejected');
      for (const [sender, may] of [
        [stranger, false],
        [member, joined],
        [alice, creator],
      ] as const) {
        const submitted = engine.submit(roomId, { ...intent, sender, deduplicate: false } as Intent);
        if (may) await submitted;
        else await assert.rejects(submitted, (error) => error instanceof MatrixError && error.errcode === 'M_FORBIDDEN', sender);
      }
    });
  }
}
