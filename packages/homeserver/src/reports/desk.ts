import { hasReport, readReports, reportDeletion, type ReportRow } from './store.ts';
import type { Database } from '@hearth/storage';

/** Reports in one answer to an operator: with the longest reasons and ids less than a megabyte. */
const pageSize = 50;

/** Reports as operators see them. */
export class ReportDesk {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A page, oldest first, after a report's number; `next` is absent when it was the last. */
  async list(after: number): Promise<{ readonly reports: readonly ReportRow[]; readonly next?: number }> {
    const reports = await readReports(this.#database.reader, after, pageSize);
    const last = reports.at(-1);
    return { reports, ...(last === undefined ? {} : { next: last.number }) };
  }

  /** Takes a report away, since it was dealt with. False when there is none of that number. */
  async close(number: number): Promise<boolean> {
    if (!(await hasReport(this.#database.reader, number))) return false;
    await this.#database.write({ claims: [], statements: [reportDeletion(number)], stream: [] });
    return true;
  }
}
