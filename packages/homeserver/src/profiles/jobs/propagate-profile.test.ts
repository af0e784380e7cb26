import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { domainsOf } from '../../domains.ts';
import { alice, bob, publicRoom, type TestEngine, testEngine } from '../../engine/testing/test-engine.ts';
import type { Requester } from '../../http/route.ts';
import { JobRunner } from '../../jobs/job-runner.ts';
import { UserRooms } from '../../streams/user-rooms.ts';
import { createProfiles, type ProfilesSlice } from '../slice.ts';
import { roomsPerRun } from './propagate-profile.ts';
import { TestClock } from '@hearth/kit/testing';

type Fixture = {
  readonly test: TestEngine;
  readonly profiles: ProfilesSlice;
  readonly jobs: JobRunner;
  readonly clock: TestClock;
  readonly user: Requester;
};

async function fixture(t: TestContext): Promise<Fixture> {
  const made = await testEngine();
  t.after(() => made.close());
  const { database, engine } = made;
  const clock = new TestClock();
  const userRooms = new UserRooms(database);
  database.onCommitted((entries) => userRooms.consume(entries));
  const profiles = createProfiles({ database, engine, clock, userRooms, domains: domainsOf(['hearth.test']), pokeJobs: () => undefined });
  const onError = (_kind: string, error: unknown): void => assert.fail(String(error));
  const jobs = new JobRunner({ database, clock, holder: 'test', handlers: profiles.jobs, onError });
  const user = { userId: alice, user: await engine.internUser(alice), deviceId: 'A', isGuest: false, isAdmin: false };
  return { test: made, profiles, jobs, clock, user };
}

async function nameIn({ engine }: TestEngine, roomId: string): Promise<unknown> {
  const room = await engine.room(roomId);
  const member = room && (await engine.currentState(room).get('m.room.member', alice));
  return member?.event.content['displayname'];
}

async function memberEvents({ database }: TestEngine): Promise<number> {
  const query = {
    name: 'test-member-events',
    sql: `SELECT COUNT(*) AS count FROM events WHERE type = 'm.room.member'`,
    reach: 'scan',
  } as const;
  return (await database.reader.first<{ count: number }>(query, []))?.count ?? 0;
}

const setName = ({ profiles, user }: Fixture, displayname: string) => profiles.service.set(user, alice, 'displayname', { displayname });

test('ten changes in a row make one event a room, with the newest name', async (t) => {
  const all = await fixture(t);
  const rooms = [await all.test.engine.createRoom(publicRoom('12')), await all.test.engine.createRoom(publicRoom('11'))];
  const before = await memberEvents(all.test);
  for (let count = 1; count <= 10; count += 1) await setName(all, `Alice ${count}`);
  await all.jobs.runDue();
  assert.equal(await all.jobs.runDue(), 0);
  for (const { roomId } of rooms) assert.equal(await nameIn(all.test, roomId), 'Alice 10');
  assert.equal((await memberEvents(all.test)) - before, rooms.length);
});

test('the same name again, and a field that members do not show, make neither event nor job', async (t) => {
  const all = await fixture(t);
  const { roomId } = await all.test.engine.createRoom(publicRoom('12'));
  await setName(all, 'Alice');
  await all.jobs.runDue();
  const before = await memberEvents(all.test);
  await setName(all, 'Alice');
  await all.profiles.service.set(all.user, alice, 'm.tz', { 'm.tz': 'Europe/London' });
  assert.equal(await all.jobs.runDue(), 0);
  assert.equal(await memberEvents(all.test), before);
  assert.equal(await nameIn(all.test, roomId), 'Alice');
});

test('many rooms are brought up to date in parts, with a pause in between', async (t) => {
  const all = await fixture(t);
  const rooms: string[] = [];
  for (let count = 0; count < roomsPerRun + 3; count += 1) rooms.push((await all.test.engine.createRoom(publicRoom('12'))).roomId);
  await setName(all, 'Alice');
  const named = async (): Promise<number> =>
    (await Promise.all(rooms.map((room) => nameIn(all.test, room)))).filter((name) => name === 'Alice').length;
  assert.equal(await all.jobs.runDue(), 1);
  assert.equal(await named(), roomsPerRun);
  assert.equal(await all.jobs.runDue(), 0);
  all.clock.advance(1000);
  assert.equal(await all.jobs.runDue(), 1);
  assert.equal(await named(), rooms.length);
});

test('a room that refuses does not keep the others from the new name', async (t) => {
  const all = await fixture(t);
  const refusing = await all.test.engine.createRoom(publicRoom('12'));
  const other = await all.test.engine.createRoom(publicRoom('12'));
  const { engine } = all.test;
  await engine.submit(refusing.roomId, { type: 'm.room.member', sender: bob, stateKey: bob, content: { membership: 'join' } });
  const submit = engine.submit.bind(engine);
  // Between the look at the room and the write, she leaves.
  engine.submit = async (roomId, intent) => {
    if (roomId === refusing.roomId && intent.precondition) {
      await submit(roomId, { type: 'm.room.member', sender: alice, stateKey: alice, content: { membership: 'leave' } });
    }
    return submit(roomId, intent);
  };
  await setName(all, 'Alice');
  assert.equal(await all.jobs.runDue(), 1);
  assert.equal(await all.jobs.runDue(), 0);
  assert.equal(await nameIn(all.test, refusing.roomId), undefined);
  assert.equal(await nameIn(all.test, other.roomId), 'Alice');
});
