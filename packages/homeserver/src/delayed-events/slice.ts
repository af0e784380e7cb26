import type { Slice } from '../slice.ts';
import { getDelayedEvent, listDelayedEvents } from './client-api/list-delayed-events.ts';
import { cancelDelayedEvent, restartDelayedEvent, sendDelayedEvent, updateDelayedEvent } from './client-api/manage-delayed-event.ts';
import { scheduleDelayedEvent } from './client-api/schedule-event.ts';
import { Delivery, type DeliveryDeps } from './delivery.ts';
import { DueEvents, type DueEventsDeps } from './due-events.ts';
import { forgetFinalised } from './jobs/forget-finalised.ts';
import { DelayedEvents, type DelayedEventsDeps, delayMsMax, scheduledMax } from './service.ts';

/** Events that are sent later. `start` sends what is due, until `stop`. */
export function createDelayedEvents(
  deps: Omit<DelayedEventsDeps, 'delivery' | 'due'> & DeliveryDeps & Pick<DueEventsDeps, 'onError'>,
): Slice & {
  readonly service: DelayedEvents;
  readonly limits: { readonly max_delay_ms: number; readonly max_scheduled: number };
  readonly start: () => void;
  readonly stop: () => Promise<void>;
} {
  const delivery = new Delivery(deps);
  const due = new DueEvents({ ...deps, delivery });
  const service = new DelayedEvents({ ...deps, delivery, due });
  const routes = [
    scheduleDelayedEvent,
    listDelayedEvents,
    getDelayedEvent,
    restartDelayedEvent,
    cancelDelayedEvent,
    sendDelayedEvent,
    updateDelayedEvent,
  ].map((make) => make(service));
  return {
    name: 'delayed-events',
    routes,
    streams: [],
    jobs: [forgetFinalised(service, deps.clock)],
    projections: [],
    service,
    limits: { max_delay_ms: delayMsMax, max_scheduled: scheduledMax },
    start: () => due.start(),
    stop: () => due.stop(),
  };
}
