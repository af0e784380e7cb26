import { Command } from 'commander';

import { choosePassword, type PasswordOptions } from './ask-password.ts';
import { WrongUsage } from './command-error.ts';
import { confirm } from './confirm.ts';
import type { CommandIo } from './io.ts';
import { shortTime, table } from './table.ts';
import type { AskUsers, ShownAccount } from './user-requests.ts';
import { type Clock, printable, type Random, systemClock, systemRandom } from '@hearth/kit';

/** Lends the accounts to a command: opens them before and closes them after. `mayCreate`: also where there is no database yet. */
export type WithUsers = (mayCreate: boolean, use: (askUsers: AskUsers) => Promise<void>) => Promise<void>;

type CreateOptions = PasswordOptions & { readonly admin?: boolean; readonly displayName?: string };
type ListOptions = { readonly json?: boolean };

const about = `Accounts of this server. NAME is the part before the colon, such as alice; @alice:example.org works too.

The commands work while the server runs and while it is stopped. They need its settings and its system user: on SQLite a command asks the running server through a socket in the data directory, on PostgreSQL it goes to the database.`;

const examples = `
Examples:
  $ hearth user create alice --admin              asks for a password on the terminal
  $ hearth user create bob --generate             makes one up and prints it
  $ hearth user invite --uses 5                   prints a token for five people
  $ hearth user reset-password bob --generate     and logs bob out everywhere
  $ hearth user list --json                       for scripts`;

/** `hearth user …` */
export function userCommands(
  withUsers: WithUsers,
  io: CommandIo,
  random: Random = systemRandom(),
  clock: Pick<Clock, 'now'> = systemClock(),
): Command {
  const users = new Command('user').summary('make and look after accounts').description(about).addHelpText('after', examples);
  const say = (line: string): void => void io.output.write(`${line}\n`);

  passwordOptions(users.command('create').summary('make an account').argument('<name>', 'name of the new account'))
    .description('Makes an account. Works whatever the setting of registration is.')
    .option('--admin', 'make it an administrator')
    .option('--display-name <text>', 'the name that others see at first')
    .action(async (name: string, options: CreateOptions) => {
      const { password, generated } = await choosePassword(options, io, random, name);
      await withUsers(true, async (askUsers) => {
        const { displayName, admin = false } = options;
        const { userId } = await askUsers({ ask: 'create', name, password, admin, displayName });
        say(`${userId} is there now${admin ? ', an administrator' : ''}.`);
        if (generated) say(`Password: ${password}`);
      });
    });

  users
    .command('invite')
    .summary('make a token with which people register themselves')
    .description(
      'Makes a registration token and prints it. People give it to their app when they create an account here; HEARTH_REGISTRATION=token lets them.',
    )
    .option('--uses <number>', 'how many accounts it makes', '1')
    .option('--days <number>', 'after how many days it ends', '7')
    .action(async (options: { readonly uses: string; readonly days: string }) => {
      const [uses, days] = [positive('--uses', options.uses), positive('--days', options.days)];
      await withUsers(false, async (askUsers) => say((await askUsers({ ask: 'invite', uses, days, nowTs: clock.now() })).token ?? ''));
    });

  passwordOptions(users.command('reset-password').summary('set a new password').argument('<name>', 'whose password'))
    .description('Sets a new password. All devices of the account are logged out, unless you say otherwise.')
    .option('--keep-sessions', 'leave the devices logged in')
    .action(async (name: string, options: PasswordOptions & { readonly keepSessions?: boolean }) => {
      const { password, generated } = await choosePassword(options, io, random, name);
      await withUsers(false, async (askUsers) => {
        const { keepSessions = false } = options;
        const { userId } = await askUsers({ ask: 'reset-password', name, password, keepSessions });
        say(`${userId} has a new password${keepSessions ? '' : ' and is logged out everywhere'}.`);
        if (generated) say(`Password: ${password}`);
      });
    });

  users
    .command('deactivate')
    .summary('end an account for good')
    .description('Ends an account for good: it is logged out, leaves its rooms, loses its profile, and nobody can have its name again.')
    .argument('<name>', 'which account')
    .option('--yes', 'do not ask whether this is meant')
    .action(async (name: string, { yes = false }: { readonly yes?: boolean }) => {
      if (!yes) await confirm(io, name);
      await withUsers(false, async (askUsers) => say(`${(await askUsers({ ask: 'deactivate', name })).userId} is deactivated.`));
    });

  for (const [verb, summary, done] of [
    ['lock', 'keep somebody out, until they are unlocked', 'is locked: none of its sessions works.'],
    ['unlock', 'end that', 'is locked no more: its sessions work again.'],
    ['suspend', 'let somebody read and leave, and nothing else', 'is suspended: it can read and leave.'],
    ['unsuspend', 'end that', 'is suspended no more.'],
  ] as const) {
    users
      .command(verb)
      .summary(summary)
      .argument('<name>', 'which account')
      .action((name: string) => withUsers(false, async (askUsers) => say(`${(await askUsers({ ask: verb, name })).userId} ${done}`)));
  }

  users
    .command('set-admin')
    .summary('make an account an administrator, or stop it being one')
    .argument('<name>', 'which account')
    .argument('[on|off]', 'off takes the right away', 'on')
    .action(async (name: string, value: string) => {
      if (value !== 'on' && value !== 'off') throw new WrongUsage(`Expected on or off, got "${value}".`);
      await withUsers(false, async (askUsers) => {
        const { userId } = await askUsers({ ask: 'set-admin', name, admin: value === 'on' });
        say(`${userId} is ${value === 'on' ? 'an administrator now' : 'no administrator any more'}.`);
      });
    });

  users
    .command('list')
    .summary('show all accounts')
    .option('--json', 'as JSON')
    .action((options: ListOptions) =>
      withUsers(false, async (askUsers) => {
        io.output.write(shownAccounts(await allAccounts(askUsers), options));
      }),
    );

  users
    .command('devices')
    .summary('show the devices with which somebody is logged in')
    .argument('<name>', 'whose devices')
    .option('--json', 'as JSON')
    .action((name: string, options: ListOptions) =>
      withUsers(false, async (askUsers) => {
        const { devices = [] } = await askUsers({ ask: 'devices', name });
        const rows = devices.map((device) => [
          printable(device.device_id),
          shortTime(device.last_seen_ts),
          device.last_seen_ip ?? '',
          printable(device.display_name ?? ''),
        ]);
        io.output.write(options.json === true ? json(devices) : table([['DEVICE', 'LAST SEEN (UTC)', 'FROM', 'NAME'], ...rows]));
      }),
    );

  users
    .command('logout')
    .summary('log somebody out')
    .description('Ends the sessions of an account: all, or the one of a device. The account itself stays as it is.')
    .argument('<name>', 'who is logged out')
    .option('--device <id>', 'only this device')
    .action((name: string, { device }: { readonly device?: string }) =>
      withUsers(false, async (askUsers) => {
        const { userId } = await askUsers({ ask: 'logout', name, device });
        say(`${userId} is logged out ${device === undefined ? 'everywhere' : `of ${device}`}.`);
      }),
    );
  return users;
}

/** Accounts that one token makes, and days that it lasts, at most. */
const countMax = 10_000;

function positive(option: string, text: string): number {
  const number = Number(text);
  if (/^[0-9]+$/.test(text) && number >= 1 && number <= countMax) return number;
  throw new WrongUsage(`${option} takes a number from 1 to ${countMax}, got "${text}".`);
}

function passwordOptions(command: Command): Command {
  return command
    .option('--generate', 'make up a good password and print it')
    .option('--password-stdin', 'read the password from the standard input');
}

async function allAccounts(askUsers: AskUsers): Promise<ShownAccount[]> {
  const all: ShownAccount[] = [];
  // Ends: each page begins after the last number of the one before, and the last page is empty.
  for (let after: number | undefined = 0; after !== undefined;) {
    const { accounts = [], next } = await askUsers({ ask: 'list', after });
    all.push(...accounts);
    after = next;
  }
  return all;
}

function shownAccounts(accounts: readonly ShownAccount[], options: ListOptions): string {
  if (options.json === true) return json(accounts);
  const rows = accounts.map(({ user_id, kind, state, admin, suspended, created_ts }) => [
    user_id,
    admin ? 'admin' : kind,
    suspended ? 'suspended' : state,
    shortTime(created_ts),
  ]);
  return table([['ACCOUNT', 'KIND', 'STATE', 'CREATED (UTC)'], ...rows]);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
