import type { Slice } from '../slice.ts';
import { getRetentionConfiguration } from './client-api/get-configuration.ts';
import { removeExpired } from './jobs/remove-expired.ts';
import { OldMessages, type RetentionDeps } from './service.ts';

/** Messages that go when they are old. */
export function createRetention(deps: RetentionDeps): Slice {
  const messages = new OldMessages(deps);
  return {
    name: 'retention',
    routes: [getRetentionConfiguration(messages)],
    streams: [],
    jobs: [removeExpired(messages)],
    projections: [],
  };
}
