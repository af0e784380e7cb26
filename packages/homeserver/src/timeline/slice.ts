import type { Slice } from '../slice.ts';
import { getEventContext } from './client-api/get-context.ts';
import { getOneEvent, getOneRoomEvent } from './client-api/get-event.ts';
import { getJoinedMembersByRoom, getMembersByRoom } from './client-api/get-members.ts';
import { getRoomEvents } from './client-api/get-messages.ts';
import { getRelatingEvents, getRelatingEventsWithRelType, getRelatingEventsWithRelTypeAndEventType } from './client-api/get-relations.ts';
import { getThreadRoots } from './client-api/get-threads.ts';
import { redactEvent, sendMessage, sendMessageWithoutTransaction } from './client-api/send-event.ts';
import {
  getRoomState,
  getRoomStateWithEmptyKey,
  getRoomStateWithKey,
  patchRoomState,
  patchRoomStateWithKey,
  setRoomState,
  setRoomStateWithKey,
} from './client-api/state.ts';
import { getEventByTimestamp } from './client-api/timestamp-to-event.ts';
import { type TimelineDeps, TimelineService } from './service.ts';

/** What is said in a room: sending, and reading it again. */
export function createTimeline(deps: TimelineDeps): Slice & { readonly service: TimelineService } {
  const service = new TimelineService(deps);
  const routes = [
    sendMessage,
    sendMessageWithoutTransaction,
    redactEvent,
    setRoomState,
    setRoomStateWithKey,
    patchRoomState,
    patchRoomStateWithKey,
    getRoomState,
    getRoomStateWithEmptyKey,
    getRoomStateWithKey,
    getOneRoomEvent,
    getOneEvent,
    getRoomEvents,
    getEventContext,
    getRelatingEvents,
    getRelatingEventsWithRelType,
    getRelatingEventsWithRelTypeAndEventType,
    getThreadRoots,
    getEventByTimestamp,
    getMembersByRoom,
    getJoinedMembersByRoom,
  ].map((make) => make(service));
  return { name: 'timeline', routes, streams: [], jobs: [], projections: [], service };
}
