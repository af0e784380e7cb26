import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

export type ReportRow = {
  readonly number: number;
  readonly kind: 'event' | 'room' | 'user';
  readonly reporter: string;
  readonly room_id: string | null;
  readonly event_id: string | null;
  readonly user_id: string | null;
  readonly reason: string;
  readonly ts: number;
};

const insertReport: Insert = {
  name: 'reports-insert',
  table: 'reports',
  columns: [
    { name: 'number', type: 'integer' },
    { name: 'reporter', type: 'integer' },
    { name: 'kind', type: 'text' },
    { name: 'room_id', type: 'text' },
    { name: 'event_id', type: 'text' },
    { name: 'user_id', type: 'text' },
    { name: 'reason', type: 'text' },
    { name: 'ts', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const forgetOldOf = command(
  'reports-forget-old-of',
  `DELETE FROM reports WHERE reporter = $1 AND number <= COALESCE(
     (SELECT number FROM reports WHERE reporter = $1 ORDER BY number DESC LIMIT 1 OFFSET $2), 0)`,
);
const forgetOld = command(
  'reports-forget-old',
  'DELETE FROM reports WHERE number <= COALESCE((SELECT number FROM reports ORDER BY number DESC LIMIT 1 OFFSET $1), 0)',
);
const shown = `SELECT reports.number, kind, user_ids.user_id AS reporter, room_id, event_id, reports.user_id, reason, ts
   FROM reports JOIN user_ids ON user_ids.number = reports.reporter`;
const reportsAfter = scan<ReportRow>('reports-after', `${shown} WHERE reports.number > $1 ORDER BY reports.number LIMIT $2`);
const reportByNumber = point<{ number: number }>('reports-by-number', 'SELECT number FROM reports WHERE number = $1');
const deleteReport = command('reports-delete', 'DELETE FROM reports WHERE number = $1');

export type NewReport = Omit<ReportRow, 'reporter'> & { readonly reporter: number };

/** A report, and what must go so that at most so many stay, of this reporter. */
export function reportRows(report: NewReport, ofReporterMax: number): Statement[] {
  const { number, reporter, kind, room_id: room, event_id: event, user_id: user, reason, ts } = report;
  return [
    { insert: insertReport, row: [number, reporter, kind, room, event, user, reason, ts] },
    { run: forgetOldOf, params: [reporter, ofReporterMax] },
  ];
}

/** What must go so that at most so many stay, of everybody. */
export function oldReportsDeletion(reportsMax: number): Statement {
  return { run: forgetOld, params: [reportsMax] };
}

/** Oldest first, from a number on. */
export function readReports(reader: Reader, after: number, limit: number): Promise<ReportRow[]> {
  return reader.all(reportsAfter, [after, limit]);
}

export async function hasReport(reader: Reader, number: number): Promise<boolean> {
  return (await reader.first(reportByNumber, [number])) !== undefined;
}

export function reportDeletion(number: number): Statement {
  return { run: deleteReport, params: [number] };
}
