import type { Slice } from '../slice.ts';
import { sendToDevice } from './client-api/send-to-device.ts';
import { ToDevice, type ToDeviceDeps } from './service.ts';
import { toDeviceSection } from './stream.ts';

/** Messages from one device to others. */
export function createToDevice(deps: ToDeviceDeps): Slice & { readonly service: ToDevice } {
  const service = new ToDevice(deps);
  return { name: 'to-device', routes: [sendToDevice(service)], streams: [toDeviceSection(service)], jobs: [], projections: [], service };
}
