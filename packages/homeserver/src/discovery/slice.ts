import type { RoomTemplate } from '../config/index.ts';
import type { Slice } from '../slice.ts';
import { getCapabilities } from './client-api/capabilities.ts';
import { getLandingPage } from './client-api/landing-page.ts';
import { getRtcTransports } from './client-api/rtc-transports.ts';
import { getVersions } from './client-api/versions.ts';
import { getWellknown } from './client-api/well-known.ts';

export type DiscoveryDeps = {
  /** Presets of the operator's own, by name. */
  readonly templates: ReadonlyMap<string, RoomTemplate>;
  readonly serverName: string;
  readonly version: string;
  readonly registration: 'closed' | 'token' | 'open';
  /** Known once the listeners are open. */
  readonly publicBaseurl: () => string;
  readonly hasAccounts: () => Promise<boolean>;
  /** Addresses of the services that let people into calls on a LiveKit server. */
  readonly livekitServices: readonly string[];
  /** Of rooms that are made without naming one. */
  readonly defaultRoomVersion: string;
  /** How far ahead an event can be scheduled, and how many of one user. */
  readonly delayedEvents: { readonly max_delay_ms: number; readonly max_scheduled: number };
};

/** How clients and people find out what this server is and can do. */
export function createDiscovery(deps: DiscoveryDeps): Slice {
  return {
    name: 'discovery',
    routes: [getVersions(), getCapabilities(deps), getRtcTransports(deps), getWellknown(deps), getLandingPage(deps)],
    streams: [],
    jobs: [],
    projections: [],
  };
}
