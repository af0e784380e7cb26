import assert from 'node:assert/strict';

import { deviceListRows, writeDeviceListChange } from './device-list.ts';
import { command, type Database, scan, type StreamEntry, streamKinds } from '@hearth/storage';
import { onEachEngine } from '@hearth/storage/testing';

const user = 7;
const insertMembership = command(
  'test-membership',
  'INSERT INTO memberships (room, usr, membership, event, forgotten, read_floor) VALUES ($1, $2, $3, 1, 0, 0)',
);
const deviceListEntries = scan<StreamEntry>(
  'test-device-list-entries',
  `SELECT position, kind, room, usr, subject, detail FROM stream WHERE kind = ${streamKinds.deviceList} ORDER BY position`,
);
const none = { statements: [], stream: [] };

async function enter(database: Database, room: number, membership: string): Promise<void> {
  await database.write({ claims: [], statements: [{ run: insertMembership, params: [room, user, membership] }], stream: [] });
}

const told = async (database: Database): Promise<object[]> =>
  (await database.reader.all(deviceListEntries, [])).map(({ room, usr, subject, detail }) => ({ room, usr, subject, detail }));

onEachEngine(
  'a change of devices is told to the user, device by device, and to the rooms that they are in or invited to',
  async ({ database }) => {
    for (const [room, membership] of [
      [1, 'join'],
      [2, 'invite'],
      [3, 'leave'],
      [4, 'ban'],
      [5, 'knock'],
    ] as const)
      await enter(database, room, membership);
    await writeDeviceListChange(database, { user, devices: ['A', 'B'], ...none });
    assert.deepEqual(await told(database), [
      { room: null, usr: user, subject: user, detail: 'A' },
      { room: null, usr: user, subject: user, detail: 'B' },
      { room: 1, usr: null, subject: user, detail: null },
      { room: 2, usr: null, subject: user, detail: null },
    ]);
    assert.deepEqual(
      (await deviceListRows(database.reader, user, [])).map(({ room, usr }) => room ?? usr),
      [user, 1, 2],
    );
  },
);

onEachEngine('a room that the user enters while the change is on its way is told too', async ({ database }) => {
  await enter(database, 1, 'join');
  let entered = false;
  const slow: Database = Object.create(database, {
    write: {
      value: async (write: Parameters<Database['write']>[0]) => {
        if (!entered) await enter(database, 2, 'join');
        entered = true;
        return database.write(write);
      },
    },
  });
  await writeDeviceListChange(slow, { user, devices: ['A'], ...none });
  assert.deepEqual(
    (await told(database)).map((entry) => (entry as { room: number | null }).room),
    [null, 1, 2],
  );
});
