import type { Route } from '../../http/route.ts';
import type { TailConsumer } from '../../streams/tail.ts';
import type { SyncDeps } from '../deps.ts';
import { SentMembers } from '../sent-members.ts';
import { slidingSync } from './client-api/sliding-sync.ts';
import { OwnLabels } from './own-labels.ts';
import { MembershipHistory } from './own-memberships.ts';
import { Recency } from './recency.ts';
import { RoomFacts } from './room-facts.ts';
import { SlidingSync } from './sliding-sync.ts';

export type Sliding = { readonly service: SlidingSync; readonly routes: readonly Route[]; readonly consume: TailConsumer };

/** Sliding sync, put together. `consume` must be given the stream. */
export function createSliding(deps: SyncDeps): Sliding {
  const recency = new Recency(deps.database.reader);
  const labels = new OwnLabels(deps.database.reader);
  const memberships = new MembershipHistory(deps);
  const facts = new RoomFacts(deps.engine);
  const service = new SlidingSync({ ...deps, recency, labels, memberships, facts, sentMembers: new SentMembers() });
  const consumers: readonly TailConsumer[] = [recency.consume, labels.consume, memberships.consume];
  return {
    service,
    routes: [slidingSync(service)],
    consume: (...news) => {
      for (const consume of consumers) consume(...news);
    },
  };
}
