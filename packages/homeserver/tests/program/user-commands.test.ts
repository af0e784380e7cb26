import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { runCommand } from '../../src/cli/run-command.ts';
import { testIo, type TestIoOptions } from '../../src/cli/testing/test-io.ts';
import { newPostgresDatabase } from '@hearth/storage/testing';
import { createTestClient, startHearth, temporaryHome } from '@hearth/testkit';

type Result = { readonly code: number; readonly output: string; readonly messages: string };

let home: Awaited<ReturnType<typeof temporaryHome>>;
before(async () => {
  home = await temporaryHome();
});
after(() => home.end());

/** `hearth user …` in this process, on the home's data. */
async function user(args: readonly string[], options: TestIoOptions = {}): Promise<Result> {
  const io = testIo({ ...options, env: { HEARTH_DATA_DIR: home.dataDir, ...options.env } });
  const code = await runCommand(['user', ...args], io);
  return { code, output: io.said(), messages: io.complained() };
}

test('before the first start the commands say that there is no database, except that an account can be made', async () => {
  const nothing = await user(['list']);
  assert.equal(nothing.code, 1);
  assert.match(nothing.messages, /^hearth: There is no database .*hearth\.db yet\./);
  assert.deepEqual(await user(['create', 'alice', '--admin', '--password-stdin'], { input: 'alice has a password\n' }), {
    code: 0,
    output: '@alice:localhost is there now, an administrator.\n',
    messages: '',
  });
});

test('a server that starts then prints no setup link, and the account can log in', async () => {
  const hearth = home.start();
  const baseUrl = await hearth.baseUrl();
  assert.doesNotMatch(hearth.stdout, /setup/);
  const client = createTestClient({ baseUrl });
  assert.equal((await client.login('alice', 'alice has a password')).userId, '@alice:localhost');
  await client.close();
  await hearth.stop();
});

for (const state of ['while the server runs', 'while it is stopped']) {
  test(`on SQLite, ${state}: create, invite, list, devices, logout, reset-password, set-admin, deactivate`, async (t) => {
    const name = state.includes('runs') ? 'bob' : 'carol';
    const userId = `@${name}:localhost`;
    const runs = async (): Promise<{ baseUrl: string; stop: () => Promise<void> }> => {
      const hearth = home.start();
      return { baseUrl: await hearth.baseUrl(), stop: () => hearth.stop() };
    };
    /** What the client sees is looked at with a server; a command runs with or without it. */
    const server = state.includes('runs') ? await runs() : undefined;
    t.after(() => server?.stop());
    const withClient = async <T>(use: (client: ReturnType<typeof createTestClient>) => Promise<T>): Promise<T> => {
      const here = server ?? (await runs());
      const client = createTestClient({ baseUrl: here.baseUrl });
      try {
        return await use(client);
      } finally {
        await client.close();
        if (here !== server) await here.stop();
      }
    };

    const created = await user(['create', name, '--generate', '--display-name', 'A new name']);
    assert.deepEqual([created.code, created.messages], [0, '']);
    const [, password = ''] = /^Password: (\w{20})$/m.exec(created.output) ?? [];
    const first = await withClient((client) => client.login(name, password, { device_id: 'PHONE', initial_device_display_name: 'Phone' }));
    const second = await withClient((client) => client.login(name, password, { device_id: 'LAPTOP' }));
    const whoami = (token: string) => withClient((client) => client.withToken(token).request('GET', '/_matrix/client/v3/account/whoami'));

    assert.match((await user(['invite'])).output, /^[\w-]{16}\n$/);
    assert.equal((await user(['invite', '--uses', '0'])).code, 2);

    const stateOf = async (): Promise<readonly [string, boolean] | undefined> => {
      const listed = JSON.parse((await user(['list', '--json'])).output) as { user_id: string; state: string; suspended: boolean }[];
      return listed.filter((account) => account.user_id === userId).map(({ state: is, suspended }) => [is, suspended] as const)[0];
    };
    assert.equal((await user(['lock', name])).output, `${userId} is locked: none of its sessions works.\n`);
    assert.equal((await whoami(first.token)).body.errcode, 'M_USER_LOCKED');
    assert.equal((await user(['suspend', name])).output, `${userId} is suspended: it can read and leave.\n`);
    assert.deepEqual(await stateOf(), ['locked', true]);
    assert.equal((await user(['unlock', name])).code, 0);
    assert.equal((await whoami(first.token)).status, 200);
    assert.equal((await user(['unsuspend', name])).code, 0);
    assert.deepEqual(await stateOf(), ['active', false]);

    const accounts = JSON.parse((await user(['list', '--json'])).output) as { user_id: string; admin: boolean; state: string }[];
    assert.deepEqual(
      accounts.filter((account) => account.user_id === userId).map(({ admin, state: is }) => [admin, is]),
      [[false, 'active']],
    );
    assert.match(
      (await user(['list'])).output,
      new RegExp(`^ACCOUNT +KIND +STATE +CREATED \\(UTC\\)\\n(.*\\n)*${userId} +user +active +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d\\n`),
    );
    const devices = JSON.parse((await user(['devices', name, '--json'])).output) as { device_id: string; display_name: string | null }[];
    assert.deepEqual(
      devices.map(({ device_id, display_name }) => [device_id, display_name]),
      [
        ['LAPTOP', null],
        ['PHONE', 'Phone'],
      ],
    );
    assert.match((await user(['devices', userId])).output, /^DEVICE +LAST SEEN \(UTC\) +FROM +NAME\nLAPTOP .*\nPHONE .* Phone\n$/);

    assert.equal((await user(['logout', name, '--device', 'PHONE'])).output, `${userId} is logged out of PHONE.\n`);
    assert.equal((await whoami(first.token)).status, 401);
    assert.equal((await whoami(second.token)).status, 200);
    assert.equal((await user(['logout', name, '--device', 'PHONE'])).code, 1);

    const kept = await user(['reset-password', name, '--keep-sessions', '--password-stdin'], { input: 'a second password' });
    assert.equal(kept.output, `${userId} has a new password.\n`);
    assert.equal((await whoami(second.token)).status, 200);
    const reset = await user(['reset-password', name, '--password-stdin'], { input: 'a third password\r\n' });
    assert.equal(reset.output, `${userId} has a new password and is logged out everywhere.\n`);
    assert.equal((await whoami(second.token)).status, 401);
    const third = await withClient((client) => client.login(name, 'a third password'));

    assert.equal((await user(['set-admin', name])).output, `${userId} is an administrator now.\n`);
    assert.match((await user(['list'])).output, new RegExp(`^${userId} +admin `, 'm'));
    assert.equal((await user(['set-admin', name, 'off'])).output, `${userId} is no administrator any more.\n`);
    assert.equal((await user(['set-admin', name, 'perhaps'])).code, 2);

    assert.equal((await user(['deactivate', name])).code, 2);
    assert.equal((await user(['deactivate', name, '--yes'])).output, `${userId} is deactivated.\n`);
    assert.equal((await whoami(third.token)).status, 401);
    assert.match((await user(['list'])).output, new RegExp(`^${userId} +user +deactivated `, 'm'));
    const again = await user(['create', name, '--generate']);
    assert.deepEqual([again.code, again.output], [1, '']);
  });
}

test('on PostgreSQL a command works beside the running server, which forgets a token that the command ended', async (t) => {
  const database = await newPostgresDatabase();
  const hearth = await startHearth({ env: { HEARTH_DATABASE: database.url } });
  t.after(async () => {
    await hearth.stop();
    await database.remove();
  });
  const alice = await hearth.client.register('alice', 'alice has a password');
  await alice.whoami();
  const env = { HEARTH_DATABASE: database.url, HEARTH_SERVER_NAME: 'hearth.test' };
  assert.deepEqual(await user(['logout', 'alice'], { env }), {
    code: 0,
    output: '@alice:hearth.test is logged out everywhere.\n',
    messages: '',
  });
  await hearth.server.spine.tail.reached(await hearth.server.database.head());
  await alice.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/_matrix/client/v3/account/whoami');
});
