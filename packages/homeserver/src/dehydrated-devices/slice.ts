import type { Slice } from '../slice.ts';
import { deleteDehydratedDevice, getDehydratedDevice, putDehydratedDevice } from './client-api/dehydrated-device.ts';
import { getDehydratedEvents, postDehydratedEvents } from './client-api/dehydrated-events.ts';
import { DehydratedDevices, type DehydratedDevicesDeps } from './service.ts';

/** Devices that wait for their owner to come back. */
export function createDehydratedDevices(deps: DehydratedDevicesDeps): Slice {
  const service = new DehydratedDevices(deps);
  const routes = [putDehydratedDevice, getDehydratedDevice, deleteDehydratedDevice, getDehydratedEvents, postDehydratedEvents].map((make) =>
    make(service),
  );
  return { name: 'dehydrated-devices', routes, streams: [], jobs: [], projections: [] };
}
