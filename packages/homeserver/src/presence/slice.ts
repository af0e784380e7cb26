import type { Requester } from '../http/route.ts';
import type { Slice } from '../slice.ts';
import type { EphemeralCounter } from '../streams/ephemeral-counter.ts';
import type { TailConsumer } from '../streams/tail.ts';
import type { FollowedAs } from '../sync/index.ts';
import { presenceRoutesOf2015 } from './client-api/presence-of-2015.ts';
import { getPresence, setPresence } from './client-api/status.ts';
import { PresenceNews } from './presence-news.ts';
import { Presences } from './presences.ts';
import { PresenceService, type PresenceServiceDeps } from './service.ts';
import { presenceSection } from './stream.ts';
import { WakeUp, type WakeUpDeps } from './wake-up.ts';

export type PresenceDeps = Omit<PresenceServiceDeps, 'presences'> &
  WakeUpDeps & { readonly counter: EphemeralCounter; readonly enabled: boolean };

export type PresenceSlice = Slice & {
  readonly follow: (requester: Requester, as: FollowedAs) => () => void;
  /** Somebody does something. */
  readonly active: (requester: Requester) => void;
  readonly consume: TailConsumer;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
};

/** Who is online. `consume` must be given the stream. */
export function createPresence(deps: PresenceDeps): PresenceSlice {
  const wakeUp = new WakeUp(deps);
  const news = new PresenceNews({ database: deps.database, node: deps.counter.epoch, onError: deps.onError });
  const presences = deps.enabled ? new Presences({ ...deps, news, onChange: wakeUp.add }) : undefined;
  const service = new PresenceService({ ...deps, presences });
  return {
    name: 'presence',
    routes: [setPresence(service), getPresence(service), ...presenceRoutesOf2015(service)],
    streams: presences ? [presenceSection({ ...deps, presences })] : [],
    jobs: [],
    projections: [],
    follow: (requester, as) => presences?.follow(requester, as) ?? (() => undefined),
    active: ({ user }) => presences?.active(user),
    consume: (entries) => presences?.consume(entries),
    start: () => presences?.start(),
    stop: async () => {
      wakeUp.stop();
      await presences?.stop();
    },
  };
}
