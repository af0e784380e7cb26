import assert from 'node:assert/strict';
import { test } from 'node:test';

import { quiet } from '../quiet.ts';
import { post } from './key-ring.ts';
import { onBoth } from './on-both.ts';
import type { Statement } from '@hearth/storage';

const usersMax = 500;

onBoth('the work of keys', ({ hearth, somebody }) => {
  test('keys of 500 users with two devices each are read by three statements', async () => {
    const alice = await somebody('alice');
    const { engine } = hearth().server.spine;
    const { database } = hearth().server;
    const command = (sql: string) => ({ name: `test ${sql.slice(12, 40)}`, sql, reach: 'point' as const });
    const device = command('INSERT INTO devices (usr, device_id, display_name, created_ts) VALUES ($1, $2, $2, 0)');
    const keys = command('INSERT INTO device_keys (usr, device_id, keys) VALUES ($1, $2, $3)');
    const master = command(`INSERT INTO cross_signing_keys (usr, usage, public_key, keys) VALUES ($1, 'master', $2, $3)`);
    const signature = command('INSERT INTO key_signatures (usr, key_id, signer, signer_key_id, signature) VALUES ($1, $2, $1, $3, $4)');
    const ids = Array.from({ length: usersMax }, (_, index) => `@user${index}:hearth.test`);
    for (let start = 0; start < ids.length; start += 50) {
      const some = ids.slice(start, start + 50);
      const statements = await Promise.all(
        some.map(async (id): Promise<Statement[]> => {
          const user = await engine.internUser(id);
          const ofDevices = ['ONE', 'TWO'].flatMap((name) => {
            const text = JSON.stringify({
              algorithms: ['m.olm'],
              device_id: name,
              keys: { [`ed25519:${name}`]: 'x'.repeat(43) },
              user_id: id,
            });
            return [
              { run: device, params: [user, name] },
              { run: keys, params: [user, name, text] },
              { run: signature, params: [user, name, `ed25519:${name}`, 'x'.repeat(86)] },
            ];
          });
          const key = { keys: { [`ed25519:M${user}`]: `M${user}` }, usage: ['master'], user_id: id };
          return [...ofDevices, { run: master, params: [user, `M${user}`, JSON.stringify(key)] }];
        }),
      );
      await database.write({ claims: [], statements: statements.flat(), stream: [] });
    }
    const query = { device_keys: Object.fromEntries(ids.map((id) => [id, []])) };
    const { counters } = database;
    const costs: (readonly [statements: number, rows: number])[] = [];
    await quiet(hearth());
    // The server looks at its clock now and then, so one request may seem to read more than it does.
    for (let count = 0; count < 20; count += 1) {
      const before = { ...counters };
      await post(alice, 'query', query);
      costs.push([counters.statementsRead - before.statementsRead, counters.rowsRead - before.rowsRead]);
    }
    assert.deepEqual(costs.toSorted((one, two) => one[0] - two[0] || one[1] - two[1])[0], [3, usersMax * 5]);
    const { device_keys: found, master_keys: masters } = await post(alice, 'query', query);
    assert.equal(Object.values(found as Record<string, object>).flatMap((devices) => Object.keys(devices)).length, usersMax * 2);
    assert.equal(Object.keys(masters).length, usersMax);
  });

  test('a message in a room is no reason to look at its members', async () => {
    const alice = await somebody('alice');
    const room = await alice.createRoom();
    const { next_batch: since } = await alice.sync();
    await alice.sync({ since });
    await alice.sendText(room, 'news');
    const { counters } = hearth().server.database;
    await quiet(hearth());
    const before = counters.statementsRead;
    assert.equal((await alice.sync({ since })).device_lists, undefined);
    assert.ok(counters.statementsRead - before <= 4, `${counters.statementsRead - before} statements`);
  });
});
