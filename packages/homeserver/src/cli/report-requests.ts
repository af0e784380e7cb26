import type { ReportDesk, ReportRow } from '../reports/index.ts';
import { CommandFailed } from './command-error.ts';
import type { Ask } from './local-door.ts';

/** What the `report` commands ask: values, so that a running server can be asked too (local-door.ts). */
export type ReportRequest =
  | { readonly ask: 'report-list'; readonly after: number }
  | { readonly ask: 'report-close'; readonly report: number };
export type ReportAnswer = {
  readonly reports?: readonly ReportRow[];
  /** For the next page; absent after the last. */
  readonly next?: number;
};
export type AskReports = Ask<ReportRequest, ReportAnswer>;

/** Does what a command asks for. CommandFailed says why something is not possible. */
export async function answerReportRequest(desk: ReportDesk, request: ReportRequest): Promise<ReportAnswer> {
  if (request.ask === 'report-list') return desk.list(request.after);
  if (!(await desk.close(request.report))) throw new CommandFailed(`There is no report ${request.report}.`);
  return {};
}
