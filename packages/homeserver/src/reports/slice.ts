import type { Slice } from '../slice.ts';
import { reportEvent, reportRoom, reportUser } from './client-api/report.ts';
import { ReportDesk } from './desk.ts';
import { Reports, type ReportsDeps } from './service.ts';

/** What people report about events, rooms and users, for the operators of this server. */
export function createReports(deps: ReportsDeps): Slice & { readonly desk: ReportDesk } {
  const service = new Reports(deps);
  const routes = [reportEvent, reportRoom, reportUser].map((make) => make(service));
  return { name: 'reports', routes, streams: [], jobs: [], projections: [], desk: new ReportDesk(deps.database) };
}
