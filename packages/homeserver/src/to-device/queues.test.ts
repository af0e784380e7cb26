import assert from 'node:assert/strict';

import { domainsOf } from '../domains.ts';
import { ChangeIndex } from '../streams/change-index.ts';
import { StreamTail } from '../streams/tail.ts';
import { type Sending, ToDevice } from './service.ts';
import { queueMax } from './store.ts';
import { inProcessBus } from '@hearth/bus';
import { TestClock } from '@hearth/kit/testing';
import { command, type Database, StorageUnavailable } from '@hearth/storage';
import { onEachEngine, onEngine } from '@hearth/storage/testing';

const addUser = command('test-user', 'INSERT INTO user_ids (number, user_id) VALUES ($1, $2)');
const addDevice = command('test-device', 'INSERT INTO devices (usr, device_id, created_ts) VALUES ($1, $2, 0)');

async function queues(database: Database): Promise<{ toDevice: ToDevice; head: () => Promise<number> }> {
  const statements = [
    { run: addUser, params: [1, '@dora:hearth.test'] },
    { run: addDevice, params: [1, 'PHONE'] },
    { run: addDevice, params: [1, 'TABLET'] },
  ];
  await database.write({ claims: [], statements, stream: [] });
  return { toDevice: await toDeviceOn(database), head: () => database.head() };
}

async function toDeviceOn(database: Database): Promise<ToDevice> {
  const tail = new StreamTail(database, (error) => assert.fail(String(error)));
  const changes = new ChangeIndex(database);
  tail.consume(changes.consume);
  await tail.start(inProcessBus());
  await changes.preload(tail.position);
  return new ToDevice({ database, clock: new TestClock(), domains: domainsOf(['hearth.test']), tail, changes });
}

const toDora = (device: string, n: number): Sending[] => [
  { sender: '@alice:hearth.test', type: 'm.test', messages: { '@dora:hearth.test': { [device]: { n } } } },
];
const numberOf = (event: unknown): number => (event as { content: { n: number } }).content.n;

onEachEngine('a queue that nobody reads keeps the newest messages, about as many as its limit', async ({ database }) => {
  const { toDevice, head } = await queues(database);
  const rounds = queueMax + 250;
  for (let start = 0; start < rounds; start += 25) {
    await toDevice.deliver(Array.from({ length: 25 }, (_, index) => toDora('PHONE', start + index)).flat());
  }
  await toDevice.deliver(toDora('TABLET', 0));
  const kept: number[] = [];
  const end = await head();
  for (let since = 0; since < end;) {
    const { events, upTo } = await toDevice.waiting(1, 'PHONE', since, end);
    kept.push(...events.map(numberOf));
    since = upTo;
  }
  assert.ok(kept.length >= queueMax && kept.length <= queueMax + 150, `${kept.length} are kept`);
  assert.deepEqual([kept[0], kept.at(-1)], [rounds - kept.length, rounds - 1]);
  assert.deepEqual((await toDevice.waiting(1, 'TABLET', 0, end)).events.map(numberOf), [0]);
});

onEachEngine('an acknowledgement costs nothing where nothing waits, and no more than what is new where something does', async (place) => {
  const { toDevice, head } = await queues(place.database);
  const { counters } = place.database;
  const deliver = (n: number): Promise<void> => toDevice.deliver(toDora('PHONE', n));
  await deliver(1);
  await toDevice.acknowledge(1, 'PHONE', await head());
  let [end, before] = [await head(), { ...counters }];
  await toDevice.acknowledge(1, 'PHONE', end);
  assert.deepEqual(counters, before);
  await toDevice.deliver(toDora('TABLET', 2));
  [end, before] = [await head(), { ...counters }];
  await toDevice.acknowledge(1, 'PHONE', end);
  assert.deepEqual(counters, before);
});

onEngine(
  'postgres',
  'messages of another node, before and after an acknowledgement, are told and taken away like one’s own',
  async (place) => {
    const { toDevice, head } = await queues(place.database);
    const other = await toDeviceOn(await place.open());
    const deliver = (by: ToDevice, n: number): Promise<void> => by.deliver(toDora('PHONE', n));
    for (const n of [0, 1, 2, 3]) await deliver(n % 2 === 0 ? toDevice : other, n);
    const end = await head();
    assert.deepEqual((await toDevice.waiting(1, 'PHONE', 0, end)).events.map(numberOf), [0, 1, 2, 3]);
    await other.acknowledge(1, 'PHONE', end - 1);
    await deliver(other, 4);
    assert.deepEqual((await toDevice.waiting(1, 'PHONE', 0, await head())).events.map(numberOf), [3, 4]);
  },
);

onEachEngine('what cannot be deleted now is told to nobody again, and goes at the next acknowledgement', async ({ database }) => {
  let isFull = false;
  const write: Database['write'] = async (value) => {
    if (isFull) throw new StorageUnavailable('the disk is full');
    return database.write(value);
  };
  const { toDevice, head } = await queues(new Proxy(database, { get: (target, key) => (key === 'write' ? write : bound(target, key)) }));
  await toDevice.deliver(toDora('PHONE', 1));
  const end = await head();
  isFull = true;
  await toDevice.acknowledge(1, 'PHONE', end);
  assert.equal((await toDevice.waiting(1, 'PHONE', 0, end)).events.length, 1);
  isFull = false;
  await toDevice.acknowledge(1, 'PHONE', end);
  assert.deepEqual((await toDevice.waiting(1, 'PHONE', 0, end)).events, []);
});

function bound(target: object, key: string | symbol): unknown {
  const value = Reflect.get(target, key) as unknown;
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}
