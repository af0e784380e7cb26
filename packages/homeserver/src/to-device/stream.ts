import type { SyncSection } from '../streams/stream.ts';
import type { ToDevice } from './service.ts';
import { streamKinds } from '@hearth/storage';

/** `to_device` of /sync. */
export function toDeviceSection(toDevice: ToDevice): SyncSection {
  return {
    name: 'to-device',
    collect: async ({ requester, window, ownEntries }, answer) => {
      const { user, deviceId } = requester;
      if (deviceId === '') return;
      const isBehind = window.initial || window.toDeviceSince < window.since;
      if (!isBehind && !(await ownEntries(streamKinds.toDevice)).some(({ detail }) => detail === deviceId)) return;
      const { events, upTo } = await toDevice.waiting(user, deviceId, window.toDeviceSince, window.upTo, window.toDeviceMost);
      answer.toDevice.push(...events);
      answer.toDeviceUpTo = upTo;
    },
    acknowledge: async ({ user, deviceId }, since) => {
      if (deviceId !== '') await toDevice.acknowledge(user, deviceId, since.toDevice);
    },
  };
}
