import { Command } from 'commander';

import type { ReportRow } from '../reports/index.ts';
import { WrongUsage } from './command-error.ts';
import type { CommandIo } from './io.ts';
import type { AskReports } from './report-requests.ts';
import { shortTime, table } from './table.ts';
import { printable } from '@hearth/kit';

/** Lends the reports to a command. */
export type WithReports = (use: (askReports: AskReports) => Promise<void>) => Promise<void>;

const about = `What people report about events, rooms and users of this server and of others, oldest first.`;

const examples = `
Examples:
  $ hearth report list
  $ hearth report list --json
  $ hearth report close 12          it was dealt with`;

/** `hearth report …` */
export function reportCommands(withReports: WithReports, io: CommandIo): Command {
  const reports = new Command('report').summary('what people complain about').description(about).addHelpText('after', examples);
  reports
    .command('list')
    .summary('show all reports')
    .option('--json', 'as JSON')
    .action(({ json }: { readonly json?: boolean }) =>
      withReports(async (askReports) => {
        const all = await allReports(askReports);
        io.output.write(json === true ? `${JSON.stringify(all, null, 2)}\n` : shown(all));
      }),
    );
  reports
    .command('close')
    .summary('take a report away that was dealt with')
    .argument('<number>', 'as "hearth report list" shows it')
    .action(async (text: string) => {
      const report = Number(text);
      if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(report)) throw new WrongUsage(`Expected the number of a report, got "${text}".`);
      await withReports(async (askReports) => {
        await askReports({ ask: 'report-close', report });
        io.output.write(`Report ${report} is closed.\n`);
      });
    });
  return reports;
}

async function allReports(askReports: AskReports): Promise<ReportRow[]> {
  const all: ReportRow[] = [];
  // Ends: each page begins after the last number of the one before, and the last page is empty.
  for (let after: number | undefined = 0; after !== undefined;) {
    const { reports = [], next } = await askReports({ ask: 'report-list', after });
    all.push(...reports);
    after = next;
  }
  return all;
}

function shown(reports: readonly ReportRow[]): string {
  const rows = reports.map(({ number, ts, kind, reporter, user_id: user, room_id: room, event_id: event, reason }) => [
    String(number),
    shortTime(ts),
    kind,
    reporter,
    [user, room, event].filter((id) => id !== null).join(' '),
    printable(reason),
  ]);
  return table([['NUMBER', 'TIME (UTC)', 'KIND', 'BY', 'ABOUT', 'REASON'], ...rows]);
}
