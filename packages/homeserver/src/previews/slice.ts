import type { Slice } from '../slice.ts';
import { getSpaceHierarchy } from './client-api/get-hierarchy.ts';
import { getRoomSummary, getRoomSummaryUnder, getRoomSummaryUnstable } from './client-api/get-room-summary.ts';
import type { PreviewsDeps } from './deps.ts';
import { PreviewsService } from './service.ts';

/** Rooms and spaces as they look from outside. */
export function createPreviews(deps: PreviewsDeps): Slice {
  const service = new PreviewsService(deps);
  const routes = [getSpaceHierarchy, getRoomSummary, getRoomSummaryUnstable, getRoomSummaryUnder].map((make) => make(service));
  return { name: 'previews', routes, streams: [], jobs: [], projections: [] };
}
