import { writeFile } from 'node:fs/promises';

import { Command } from 'commander';

import { graphEventsMax } from '../room-graph/read-room-graph.ts';
import { roomGraphSvg } from '../room-graph/svg.ts';
import { roomGraphText } from '../room-graph/text.ts';
import { WrongUsage } from './command-error.ts';
import type { CommandIo } from './io.ts';
import { addRoomCareCommands } from './room-care-commands.ts';
import type { AskRooms } from './room-requests.ts';
import { notBuiltYet } from './unbuilt.ts';

/** Lends the rooms to a command: opens them before and closes them after. */
export type WithRooms = (use: (askRooms: AskRooms) => Promise<void>) => Promise<void>;

type GraphOptions = {
  readonly svg?: boolean;
  readonly json?: boolean;
  readonly limit: string;
  readonly at?: string;
  readonly output?: string;
};

const graphEventsUsual = 100;

const about = `Rooms, for people who want to know why one is as it is. ROOM is a room id, in quotes for the shell's sake: '!abc:example.org'.

The commands work while the server runs and while it is stopped, as those of "hearth user" do.`;

const aboutGraph = `Shows the newest events of a room as a graph: what follows what, what was refused and by which rule, and the state at that point. What people wrote is not shown.

Without --svg or --json it is drawn for the terminal. In the picture a pointer on an event shows all about it, and the events that gave its sender the right to send it.`;

const examples = `
Examples:
  $ hearth room graph '!abc:example.org'
  $ hearth room graph '!abc:example.org' --svg --output room.svg     then open room.svg in a browser
  $ hearth room graph '!abc:example.org' --at '$event' --limit 20    how things were at an event
  $ hearth room purge '!abc:example.org' --before 2026-01-31         what was said before that day goes
  $ hearth room shutdown '!abc:example.org' --reason 'Spam'          everybody leaves, nobody comes in
  $ hearth room delete '!abc:example.org' --yes                      and then all of it goes`;

/** `hearth room …` */
export function roomCommands(withRooms: WithRooms, io: CommandIo): Command {
  const rooms = new Command('room').summary('look into rooms, and tidy them up').description(about).addHelpText('after', examples);
  rooms
    .command('graph')
    .summary('draw the event graph of a room')
    .description(aboutGraph)
    .argument('<room>', 'room id')
    .option('--svg', 'as a picture for a browser')
    .option('--json', 'as JSON')
    .option('--limit <events>', `how many events, ${graphEventsMax} at most`, String(graphEventsUsual))
    .option('--at <event>', 'end at this event, and show the state after it')
    .option('--output <file>', 'write to this file')
    .action(async (roomId: string, options: GraphOptions) => {
      if (options.svg === true && options.json === true) throw new WrongUsage('Give either --svg or --json, not both.');
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1 || limit > graphEventsMax)
        throw new WrongUsage(`--limit is a number from 1 to ${graphEventsMax}.`);
      await withRooms(async (askRooms) => {
        const { graph } = await askRooms({ ask: 'room-graph', question: { roomId, limit, eventId: options.at } });
        if (graph === undefined) return;
        const text =
          options.json === true ? `${JSON.stringify(graph, null, 2)}\n` : options.svg === true ? roomGraphSvg(graph) : roomGraphText(graph);
        if (options.output === undefined) io.output.write(text);
        else await writeFile(options.output, text);
      });
    });
  addRoomCareCommands(rooms, withRooms, io);
  notBuiltYet(rooms, ['explain', 'compare']);
  return rooms;
}
