import type { SyncAnswer, SyncContext, SyncSection } from '../streams/stream.ts';
import type { KeysDeps } from './deps.ts';
import { deviceLists } from './device-lists.ts';
import type { DeviceKeyCounts } from './key-counts.ts';
import { streamKinds } from '@hearth/storage';

/** `device_lists` of /sync: only in what follows a first sync, after which a client asks for all keys that it needs. */
export function deviceListsSection(deps: Pick<KeysDeps, 'database' | 'engine' | 'changes'>): SyncSection {
  return {
    name: 'device-lists',
    collect: async (context, answer) => {
      const { window, requester, userRooms, changed, ownEntries } = context;
      if (window.initial || (changed.size === 0 && !context.ownChanged)) return;
      const { since, upTo } = window;
      const { user, userId } = requester;
      const lists = await deviceLists(deps, { user, userId, since, upTo, userRooms, changedRooms: [...changed], ownEntries });
      if (lists.changed.length + lists.left.length > 0) answer.extra.set('device_lists', lists);
    },
  };
}

/**
 * `device_one_time_keys_count` and `device_unused_fallback_key_types`, which are part of every answer: to clients a missing count is zero
 * (https://spec.matrix.org/v1.19/client-server-api/#e2e-extensions-to-sync). They are news only when they changed.
 */
export function keyCountsSection(counts: DeviceKeyCounts): SyncSection {
  return {
    name: 'key-counts',
    collect: async (context, answer) => {
      const { deviceId } = context.requester;
      const entries = await context.ownEntries(streamKinds.oneTimeKeys);
      if (entries.some(({ detail }) => detail === deviceId)) await addCounts(counts, context, answer);
    },
    always: (context, answer) => addCounts(counts, context, answer),
  };
}

async function addCounts(counts: DeviceKeyCounts, { requester }: Pick<SyncContext, 'requester'>, answer: SyncAnswer): Promise<void> {
  if (requester.deviceId === '') return;
  const { oneTime, unusedFallbacks } = await counts.of(requester.user, requester.deviceId);
  answer.extra.set('device_one_time_keys_count', oneTime);
  answer.extra.set('device_unused_fallback_key_types', unusedFallbacks);
  answer.extra.set('org.matrix.msc2732.device_unused_fallback_key_types', unusedFallbacks);
}
