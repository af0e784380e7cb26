import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';

import { sleep, systemClock } from '@hearth/kit';
import { TestClock } from '@hearth/kit/testing';
import { newPostgresDatabase, NoCluster } from '@hearth/storage/testing';
import {
  type Answer,
  type HostileRequest,
  hostileRequests,
  type Session,
  type SoundValues,
  specification,
  startHearth,
  type TestHearth,
} from '@hearth/testkit';

/*
 * Every route of a running server, whatever they are, gets wrong and hostile values in everything that it reads. New routes are
 * tried without anybody's doing; if one has a parameter of a new name, `soundValues` can help to reach what lies behind it.
 */

const secret = 'the secret of this test';
const env = { HEARTH_REGISTRATION_SHARED_SECRET: secret };
type Routes = ReturnType<TestHearth['server']['routeList']>;

/** Somebody who may do everything and somebody else, with a room, an event and a device. */
type World = { readonly admin: Session; readonly bob: Session; readonly room: string; readonly event: string };

const password = 'password of everybody';

/** Further rooms of the same people, if there are any yet: whatever was done to the last one, this one is sound. */
async function newWorld(hearth: TestHearth, before: World | undefined, number: number): Promise<World> {
  const admin = before?.admin ?? (await newAdmin(hearth, `admin${number}`));
  const bob = before?.bob ?? (await hearth.client.register(`bob${number}`, password));
  const room = await admin.createRoom({ preset: 'public_chat', name: `Room ${number}` });
  await bob.join(room);
  return { admin, bob, room, event: await admin.sendText(room, 'hello') };
}

async function newAdmin(hearth: TestHearth, username: string): Promise<Session> {
  const path = '/_synapse/admin/v1/register';
  const { nonce } = await hearth.client.ok('GET', path);
  const mac = createHmac('sha1', secret).update([nonce, username, password, 'admin'].join('\0')).digest('hex');
  await hearth.client.ok('POST', path, { body: { nonce, username, password, admin: true, mac } });
  return hearth.client.login(username, password);
}

/** Values that lead beyond the first check, by name. What is not here is `x` in addresses and a sample of its type in bodies. */
function soundValues({ admin, bob, room, event }: World): SoundValues {
  return {
    roomId: room,
    room_id: room,
    roomIdOrAlias: room,
    eventId: event,
    event_id: event,
    'm.read': event,
    'm.fully_read': event,
    userId: admin.userId,
    user_id: bob.userId,
    deviceId: admin.deviceId,
    roomAlias: '#alias:hearth.test',
    eventType: 'org.example.type',
    filterId: '0',
    receiptType: 'm.read',
    keyName: 'org.example.field',
    authType: 'm.login.dummy',
    scope: 'global',
    kind: 'override',
    ruleId: '.m.rule.master',
    identifier: { type: 'm.id.user', user: admin.userId },
    new_password: 'another password',
    auth: { type: 'm.login.dummy' },
    dir: 'b',
  };
}

type Trial = {
  readonly hearth: TestHearth;
  readonly clock: TestClock;
  readonly routes: Routes;
  /** Which of the requests, counted from 0, to send. */
  readonly chosen: (request: HostileRequest, number: number) => boolean;
  /** Tells whether anything was written. */
  readonly revision?: () => unknown;
};

/** Sends each route its hostile requests, as a test of its own. */
async function tryAll(t: TestContext, { hearth, clock, routes, chosen, revision }: Trial): Promise<void> {
  let number = 0;
  let world: World | undefined;
  for (const [count, route] of routes.entries()) {
    await t.test(`${route.method} ${route.path}`, async () => {
      world = await newWorld(hearth, world && (await revived(hearth, world)), count);
      const problems: string[] = [];
      for (const request of hostileRequests(route, specification(), soundValues(world))) {
        if (!chosen(request, number++)) continue;
        // Time stands still but for this, so that nothing happens in the background.
        clock.jumpTo(clock.now() + 1);
        const before = revision?.();
        let answer = await answerTo(world.admin, request);
        if (typeof answer !== 'string' && answer.body?.errcode === 'M_UNKNOWN_TOKEN') {
          world = (await revived(hearth, world)) ?? (await newWorld(hearth, undefined, count));
          answer = await answerTo(world.admin, request);
        } else if (
          revision !== undefined &&
          isRefusal(answer) &&
          revision() !== before &&
          (await writesAgain(world.admin, request, revision))
        ) {
          problems.push(`${described(request)} was refused, and yet something was written`);
        }
        const complaint = typeof answer === 'string' ? answer : complaintAbout(answer);
        if (complaint !== undefined) problems.push(`${described(request)} ${complaint}`);
      }
      assert.deepEqual(problems.slice(0, shownMax), []);
    });
  }
}

/** The first of these are enough to find the others; hundreds would hide them. */
const shownMax = 20;

/** The same people with a session that lasts; undefined when even their account is gone. */
async function revived(hearth: TestHearth, world: World): Promise<World | undefined> {
  if ((await world.admin.request('GET', '/_matrix/client/v3/account/whoami')).status === 200) return world;
  const user = world.admin.userId;
  const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user }, password };
  if ((await hearth.client.request('POST', '/_matrix/client/v3/login', { body })).status !== 200) return undefined;
  return { ...world, admin: await hearth.client.login(user, password) };
}

/** A text says how the answer, which the client checks against the specification, is not as specified. */
async function answerTo(client: Session, { method, target, body }: HostileRequest): Promise<Answer | string> {
  try {
    return await client.request(method, target, body === undefined ? {} : { body });
  } catch (error) {
    return String(error);
  }
}

/** Answers with 401 are left out: they may open a session of user-interactive authentication. */
function isRefusal(answer: Answer | string): boolean {
  return typeof answer !== 'string' && answer.status >= 400 && answer.status !== 401;
}

/** Tells what a request itself writes from what was still under way in the background. */
async function writesAgain(client: Session, request: HostileRequest, revision: () => unknown): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const before = await settled(revision);
    await answerTo(client, request);
    if ((await settled(revision)) === before) return false;
  }
  return true;
}

async function settled(revision: () => unknown): Promise<unknown> {
  for (let last = revision(); ;) {
    await sleep(systemClock(), 20);
    const next = revision();
    if (next === last) return next;
    last = next;
  }
}

function complaintAbout({ status, body, headers }: Answer): string | undefined {
  if (status >= 500) return `was answered with ${status}: ${JSON.stringify(body)}`;
  if (status < 400 || headers['content-type']?.startsWith('text/html')) return undefined;
  if (status === 401 && Array.isArray(body?.flows)) return undefined;
  return typeof body?.errcode === 'string' && typeof body.error === 'string' ? undefined : `was refused with ${status} and no Matrix error`;
}

function described({ method, target, what }: HostileRequest): string {
  return `${method} ${target.slice(0, 200)}: ${what}:`;
}

/** Starts a server for a trial and stops it, which fails if a request ended in a mistake of the program. */
async function withHearth(
  more: Readonly<Record<string, string>>,
  run: (hearth: TestHearth, clock: TestClock) => Promise<void>,
): Promise<void> {
  const clock = new TestClock();
  const hearth = await startHearth({ env: { ...env, ...more }, clock });
  try {
    await run(hearth, clock);
  } finally {
    await hearth.stop();
  }
}

const title = 'no input is answered with a 500, every refusal is a Matrix error';
const limits = { timeout: 600_000 };

const isToday = ({ generation }: Routes[number]): boolean => generation === 'v3' || generation === 'unstable';

test(`${title}, and what is refused changes nothing`, limits, async (t) => {
  await withHearth({}, async (hearth, clock) => {
    // Differs whenever another connection, which is the server's, has written.
    const file = new DatabaseSync(join(hearth.dataDir, 'hearth.db'), { readOnly: true });
    const version = file.prepare('PRAGMA data_version');
    const revision = (): unknown => version.get()?.['data_version'];
    const routes = hearth.server.routeList().filter(isToday);
    await tryAll(t, { hearth, clock, routes, chosen: () => true, revision });
    file.close();
  });
});

test(`${title}, under the prefixes of older clients too`, limits, async (t) => {
  await withHearth({}, async (hearth, clock) => {
    const routes = hearth.server.routeList().filter((route) => !isToday(route));
    // Most of them are today's handlers again, so each gets another tenth of what there is.
    await tryAll(t, { hearth, clock, routes, chosen: (_, number) => number % 10 === 0 });
  });
});

/** Texts that a column of PostgreSQL cannot hold, or an index. */
const isHardToStore = ({ what }: HostileRequest): boolean => /u0000|%00|ud800|%ED|uffff|%EF|characters\)/.test(what);

test(`MD-15: ${title}, also for texts that PostgreSQL cannot store`, limits, async (t) => {
  let database: Awaited<ReturnType<typeof newPostgresDatabase>>;
  try {
    database = await newPostgresDatabase();
  } catch (error) {
    if (!(error instanceof NoCluster)) throw error;
    return t.skip(error.message);
  }
  try {
    await withHearth({ HEARTH_DATABASE: database.url }, async (hearth, clock) => {
      const routes = hearth.server.routeList().filter(isToday);
      await tryAll(t, { hearth, clock, routes, chosen: isHardToStore });
    });
  } finally {
    await database.remove();
  }
});
