import type { Command } from 'commander';

import type { ListedRoom, PurgeLimit, ShownRoom } from '../room-admin/index.ts';
import { WrongUsage } from './command-error.ts';
import { confirm } from './confirm.ts';
import type { CommandIo } from './io.ts';
import type { WithRooms } from './room-commands.ts';
import type { AskRooms } from './room-requests.ts';
import { table } from './table.ts';
import { printable } from '@hearth/kit';

type Json = { readonly json?: boolean };
type Care = Json & { readonly yes?: boolean; readonly dryRun?: boolean; readonly reason?: string };

const ofAnyRoom = 'room id, also of a room that is not here';

const started = 'The server does it in parts, also after a crash; "hearth room show" says how far it is.';

/** `hearth room list|show|block|unblock|keep|unkeep|purge|shutdown|delete` */
export function addRoomCareCommands(rooms: Command, withRooms: WithRooms, io: CommandIo): void {
  const say = (text: string): void => void io.output.write(`${text}\n`);
  const sayJson = (value: unknown): void => say(JSON.stringify(value, null, 2));

  rooms
    .command('list')
    .summary('show all rooms')
    .option('--json', 'as JSON')
    .action((options: Json) =>
      withRooms(async (askRooms) => {
        const all = await allRooms(askRooms);
        if (options.json === true) sayJson(all);
        else io.output.write(shownRooms(all));
      }),
    );

  rooms
    .command('show')
    .summary('show what a room is, and what is being done to it')
    .argument('<room>', 'room id')
    .option('--json', 'as JSON')
    .action((roomId: string, options: Json) =>
      withRooms(async (askRooms) => {
        const { room } = await askRooms({ ask: 'room-show', roomId });
        if (room === undefined) return;
        if (options.json === true) sayJson(room);
        else io.output.write(shownRoom(room));
      }),
    );

  for (const [verb, summary, done, room] of [
    ['block', 'let nobody of this server into a room', 'is blocked: nobody of this server comes in.', ofAnyRoom],
    ['unblock', 'end that', 'is blocked no more.', ofAnyRoom],
    ['keep', 'keep a room that everybody may read, also when its people have left', 'is kept: its history stays here.', 'room id'],
    ['unkeep', 'end that', 'is kept no more.', 'room id'],
  ] as const) {
    rooms
      .command(verb)
      .summary(summary)
      .argument('<room>', room)
      .action((roomId: string) =>
        withRooms(async (askRooms) => {
          await askRooms({ ask: `room-${verb}`, roomId });
          say(`${roomId} ${done}`);
        }),
      );
  }

  care(rooms, 'purge', 'delete what was said before an event or a time')
    .description('Deletes what was said in a room before an event or a time. State stays, and so do pictures and files.')
    .requiredOption('--before <event or time>', 'an event id, or a time such as 2026-01-31 or 2026-01-31T12:00Z')
    .action((roomId: string, options: Care & { readonly before: string }) =>
      withRooms(async (askRooms) => {
        const before = limitOf(options.before);
        const { count = 0 } = await askRooms({ ask: 'room-purge', roomId, before, dryRun: true });
        const what = `${count} messages`;
        if (await isToBeDone(options, `${what} of ${roomId} would be deleted.`, roomId))
          await askRooms({ ask: 'room-purge', roomId, before, dryRun: false });
        tell(options, { task: 'purge', messages: count }, `${what} go. ${started}`);
      }),
    );

  for (const [verb, thenDelete, summary, would] of [
    ['shutdown', false, 'take everybody of this server out of a room, and let nobody in again', 'would be shut down'],
    ['delete', true, 'shut a room down, and delete all of it', 'would be deleted'],
  ] as const) {
    care(rooms, verb, summary)
      .option('--reason <text>', 'what the members are told')
      .action((roomId: string, options: Care) =>
        withRooms(async (askRooms) => {
          const ask = { ask: 'room-shutdown', roomId, reason: options.reason, thenDelete } as const;
          const { count = 0 } = await askRooms({ ...ask, dryRun: true });
          const what = `${roomId}, with ${count} members,`;
          if (await isToBeDone(options, `${what} ${would}.`, roomId)) await askRooms({ ...ask, dryRun: false });
          tell(options, { task: verb, members: count }, `${what} goes. ${started}`);
        }),
      );
  }

  /** False in a dry run; else asks unless that was answered already. */
  async function isToBeDone({ dryRun, yes, json }: Care, would: string, roomId: string): Promise<boolean> {
    if (dryRun === true) {
      if (json !== true) say(would);
      return false;
    }
    if (yes !== true) await confirm(io, roomId);
    return true;
  }

  function tell({ dryRun = false, json }: Care, value: object, text: string): void {
    if (json === true) sayJson({ ...value, dry_run: dryRun });
    else if (!dryRun) say(text);
  }
}

function care(rooms: Command, name: string, summary: string): Command {
  return rooms
    .command(name)
    .summary(summary)
    .argument('<room>', 'room id')
    .option('--dry-run', 'only say what would be done')
    .option('--yes', 'do not ask whether this is meant')
    .option('--json', 'answer as JSON');
}

function limitOf(text: string): PurgeLimit {
  if (text.startsWith('$')) return { eventId: text };
  const ts = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ts))
    throw new WrongUsage(`--before takes an event id or a time such as 2026-01-31 or 2026-01-31T12:00Z, got "${text}".`);
  return { ts };
}

async function allRooms(askRooms: AskRooms): Promise<ListedRoom[]> {
  const all: ListedRoom[] = [];
  // Ends: each page begins after the last room of the one before, and the last page is empty.
  for (let after: number | undefined = 0; after !== undefined;) {
    const { rooms = [], next } = await askRooms({ ask: 'room-list', after });
    all.push(...rooms);
    after = next;
  }
  return all;
}

function shownRooms(rooms: readonly ListedRoom[]): string {
  const rows = rooms.map((room) => [room.room_id, room.version, String(room.joined_members), room.blocked ? 'blocked' : '']);
  return table([['ROOM', 'VERSION', 'MEMBERS', 'STATE'], ...rows]);
}

function shownRoom(room: ShownRoom): string {
  const { tasks, ...facts } = room;
  const rows = Object.entries(facts).map(([key, value]) => [key.replaceAll('_', ' '), printable(String(value))]);
  const under = tasks.map(({ task, done, failed }) => [
    task,
    failed === undefined ? `under way, ${done} done` : `failed: ${printable(failed)}`,
  ]);
  return table([...rows, ...under]);
}
