import type { HomeserverConfig } from '../config/index.ts';
import { ReportDesk } from '../reports/desk.ts';
import type { WithReports } from './report-commands.ts';
import { answerReportRequest } from './report-requests.ts';
import { withDatabase } from './with-database.ts';

/** Lends the reports to a command. */
export function reportsOf(settings: () => HomeserverConfig): WithReports {
  return (use) =>
    withDatabase(
      settings(),
      false,
      async (database) => {
        const desk = new ReportDesk(database);
        return (request) => answerReportRequest(desk, request);
      },
      use,
    );
}
