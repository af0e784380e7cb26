import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { password } from './place.ts';
import { clientPath, type Session, startHearth, type TestHearth } from '@hearth/testkit';

const file = `
rooms:
  templates:
    announcements:
      preset: public_chat
      visibility: public
      power_levels:
        events_default: 50
        invite: 100
      state:
        - type: m.room.history_visibility
          content: { history_visibility: world_readable }
        - type: m.room.topic
          content: { topic: What is new here }
        - type: org.example.kind
          state_key: one
          content: { first: true }
    team:
      state:
        - type: m.room.encryption
          content: { algorithm: m.megolm.v1.aes-sha2 }
`;

let hearth: TestHearth;
let alice: Session;
let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hearth-templates-'));
  await writeFile(join(dir, 'hearth.yaml'), file);
  hearth = await startHearth({ env: { HEARTH_CONFIG: join(dir, 'hearth.yaml') } });
  alice = await hearth.client.register('alice', password);
});
after(async () => {
  await hearth.stop();
  await rm(dir, { recursive: true, force: true });
});

async function isListed(room: string): Promise<boolean> {
  return (await alice.ok('GET', clientPath`/directory/list/room/${room}`)).visibility === 'public';
}

test('a template brings its state, its power levels and its visibility, over the preset on which it builds', async () => {
  const room = await alice.createRoom({ preset: 'announcements' });
  assert.equal((await alice.getState(room, 'm.room.join_rules')).join_rule, 'public');
  assert.equal((await alice.getState(room, 'm.room.guest_access')).guest_access, 'forbidden');
  assert.equal((await alice.getState(room, 'm.room.history_visibility')).history_visibility, 'world_readable');
  assert.equal((await alice.getState(room, 'm.room.topic')).topic, 'What is new here');
  assert.deepEqual(await alice.getState(room, 'org.example.kind', 'one'), { first: true });
  const levels = await alice.getState(room, 'm.room.power_levels');
  assert.deepEqual([levels.events_default, levels.invite, levels.ban], [50, 100, 50]);
  assert.equal(await isListed(room), true);
  const { chunk } = await alice.messages(room, { dir: 'f', limit: 50 });
  assert.equal(chunk.filter(({ type }: { type: string }) => type === 'm.room.history_visibility').length, 1);
});

test('a template that says little is a private room with what it says', async () => {
  const room = await alice.createRoom({ preset: 'team' });
  assert.equal((await alice.getState(room, 'm.room.join_rules')).join_rule, 'invite');
  assert.equal((await alice.getState(room, 'm.room.encryption')).algorithm, 'm.megolm.v1.aes-sha2');
  assert.equal(await isListed(room), false);
});

test('what the request says goes before the template', async () => {
  const room = await alice.createRoom({
    preset: 'announcements',
    visibility: 'private',
    topic: 'Another',
    power_level_content_override: { invite: 0 },
    initial_state: [{ type: 'org.example.kind', state_key: 'one', content: { second: true } }],
  });
  assert.equal((await alice.getState(room, 'm.room.topic')).topic, 'Another');
  const levels = await alice.getState(room, 'm.room.power_levels');
  assert.deepEqual([levels.events_default, levels.invite], [50, 0]);
  assert.deepEqual(await alice.getState(room, 'org.example.kind', 'one'), { second: true });
  assert.equal(await isListed(room), false);
  const { chunk } = await alice.messages(room, { dir: 'f', limit: 50 });
  for (const once of ['m.room.topic', 'org.example.kind']) {
    assert.equal(chunk.filter(({ type }: { type: string }) => type === once).length, 1);
  }
});

test('clients find the templates in the capabilities; a preset that is neither is refused, and nothing is made', async () => {
  const { capabilities } = await alice.ok('GET', clientPath`/capabilities`);
  assert.deepEqual(capabilities['hearth.room_templates'], {
    announcements: { preset: 'public_chat', visibility: 'public' },
    team: { preset: 'private_chat', visibility: 'private' },
  });
  const { joined_rooms: earlier } = await alice.ok('GET', clientPath`/joined_rooms`);
  for (const preset of ['announcement', '', 'constructor', 'toString', '__proto__']) {
    await alice.refused(400, 'M_BAD_JSON', 'POST', clientPath`/createRoom`, { body: { preset } });
  }
  assert.deepEqual((await alice.ok('GET', clientPath`/joined_rooms`)).joined_rooms, earlier);
});
