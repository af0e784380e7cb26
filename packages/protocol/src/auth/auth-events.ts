import { authTypesFor } from './auth-types.ts';
import type { AuthContext } from './context.ts';
import type { Rule } from './rule-list.ts';
import { group, rejectIf } from './rule-list.ts';

/** v12: "If the event's room_id is not an event ID for an accepted m.room.create event". */
export const roomIdRule: Rule = rejectIf('room_id', lacksAcceptedCreate, 'the room id does not name an accepted create event', {
  inVersion: (rules) => rules.roomIdIsCreateHash,
});

/** "Considering the event's auth_events". */
export const authEventsRules: Rule = group('auth_events', () => true, [
  rejectIf('auth_events.duplicate', hasDuplicates, 'two auth events have the same type and state key'),
  rejectIf('auth_events.unneeded', hasUnneeded, 'an auth event is not one of those that this event needs'),
  rejectIf('auth_events.rejected', (c) => c.cited.some((e) => e.rejected), 'an auth event was itself rejected'),
  rejectIf('auth_events.no_create', lacksCreate, 'the create event is not among the auth events', {
    inVersion: (rules) => !rules.roomIdIsCreateHash,
  }),
  rejectIf('auth_events.other_room', citesOtherRoom, 'an auth event belongs to another room', {
    // The v12 text dropped the rule before this one and kept the number of this one.
    place: 5,
  }),
]);

function lacksAcceptedCreate(c: AuthContext): boolean {
  const { roomCreate, event } = c;
  if (roomCreate === undefined || roomCreate.rejected || roomCreate.type !== 'm.room.create') return true;
  return event.roomId !== `!${roomCreate.eventId.slice(1)}`;
}

function hasDuplicates(c: AuthContext): boolean {
  return new Set(c.cited.map(pairOf)).size < c.cited.length;
}

function hasUnneeded(c: AuthContext): boolean {
  const needed = new Set(authTypesFor(c.event, c.rules).map(([type, stateKey]) => pairOf({ type, stateKey })));
  return c.cited.some((e) => e.stateKey === undefined || !needed.has(pairOf(e)));
}

function lacksCreate(c: AuthContext): boolean {
  return !c.cited.some((e) => e.type === 'm.room.create' && e.stateKey === '');
}

function citesOtherRoom(c: AuthContext): boolean {
  return c.cited.some((e) => e.roomId !== c.event.roomId);
}

function pairOf(e: { readonly type: string; readonly stateKey: string | undefined }): string {
  return JSON.stringify([e.type, e.stateKey]);
}
