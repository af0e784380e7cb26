import type { ClientEvents } from '../client-events/client-events.ts';
import type { Slice } from '../slice.ts';
import { stickyEventsExtension } from './extension.ts';
import { type StickyDeps, StickyEvents } from './service.ts';

/** Events that stick. Their rows in the stream are made by `stickyRow`, their part of /sync is written with the rooms. */
export function createStickyEvents(deps: StickyDeps & { readonly clientEvents: ClientEvents }): Slice & { readonly service: StickyEvents } {
  const service = new StickyEvents(deps);
  const extensions = [stickyEventsExtension(deps, service)];
  return { name: 'sticky-events', routes: [], streams: [], jobs: [], projections: [], extensions, service };
}
