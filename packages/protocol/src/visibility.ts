/**
 * Who may see an event: one function for people and one for servers.
 *
 * https://spec.matrix.org/v1.19/client-server-api/#room-history-visibility. The rules look at the state at the event, so
 * the caller says what that state was. A fact that is not known is undefined, and then the answer is `hidden`: an event
 * whose state is missing, because it is an outlier or its state is still being fetched, is shown to nobody.
 */
import { ownString } from './json/object.ts';
import type { JsonObject } from './json/value.ts';

export type HistoryVisibility = 'world_readable' | 'shared' | 'invited' | 'joined';
export type Membership = 'join' | 'invite' | 'knock' | 'leave' | 'ban';

/** `redacted-form`: the event may be given out as if it had been redacted. */
export type EventVisibility = 'visible' | 'redacted-form' | 'hidden';

/** What decides whether one reader sees one event. */
export type ReaderFacts = {
  /** The room's setting in the state before the event. */
  readonly historyVisibility: HistoryVisibility | undefined;
  /** If the event is the room's `m.room.history_visibility`: the setting that it makes. */
  readonly historyVisibilityAfter?: HistoryVisibility | undefined;
  /** The reader's membership in the state before the event; `leave` if they had none. */
  readonly membership: Membership | undefined;
  /** If the event is the reader's own `m.room.member`: the membership that it makes. */
  readonly membershipAfter?: Membership | undefined;
  /** Whether the reader joined at any time after the event, or is joined now. Undefined counts as no. */
  readonly joinedLater: boolean | undefined;
  /** Whether the sender asked to be erased: only those who were there keep the content. */
  readonly senderErased: boolean;
};

/**
 * Whether a reader sees an event. Rule numbers are those of "Server behaviour" in the specification. A change of the
 * setting, and of the reader's own membership, is seen if what was before or what is after would let it be seen.
 *
 * Ignored senders, rejected events and rooms that the reader forgot are the caller's business, and so is an invitee's
 * own invite, which the rules do not show and /sync gives separately.
 */
export function visibilityForReader(facts: ReaderFacts): EventVisibility {
  const { historyVisibility, membership, joinedLater, senderErased } = facts;
  if (historyVisibility === undefined || membership === undefined) return 'hidden';
  const settings = [historyVisibility, facts.historyVisibilityAfter ?? historyVisibility];
  const memberships = [membership, facts.membershipAfter ?? membership];
  const wasThere = memberships.includes('join');
  const allowed =
    settings.includes('world_readable') || // rule 1
    wasThere || // rule 2
    (settings.includes('shared') && joinedLater === true) || // rule 3
    (settings.includes('invited') && memberships.includes('invite')); // rule 4
  if (!allowed) return 'hidden'; // rule 5
  return senderErased && !wasThere ? 'redacted-form' : 'visible';
}

/** What decides whether another server gets one event. */
export type ServerFacts = {
  /** Whether one of its users is joined now. A server outside the room is given nothing. */
  readonly isParticipating: boolean | undefined;
  readonly historyVisibility: HistoryVisibility | undefined;
  /** If the event is the room's `m.room.history_visibility`: the setting that it makes. */
  readonly historyVisibilityAfter?: HistoryVisibility | undefined;
  /**
   * The most that any of its users was in the state before the event, or, for a `m.room.member` of one of its users,
   * after it: `join` before `invite` before `none`.
   */
  readonly membership: 'join' | 'invite' | 'none' | undefined;
  readonly senderErased: boolean;
};

/**
 * Whether a server gets an event over federation. A participating server that may not read it gets the redacted form:
 * it needs the event's place in the graph, and it is bound to hide from its users what they may not see. An endpoint
 * that gives out single events answers "not found" instead.
 *
 * Other servers hold `shared` events for users who join later, so `shared` counts as readable for all that take part.
 */
export function visibilityForServer(facts: ServerFacts): EventVisibility {
  const { historyVisibility, membership, senderErased } = facts;
  if (facts.isParticipating !== true || historyVisibility === undefined || membership === undefined) return 'hidden';
  const settings = [historyVisibility, facts.historyVisibilityAfter ?? historyVisibility];
  const wasThere = membership === 'join';
  const allowed =
    wasThere ||
    settings.includes('world_readable') ||
    settings.includes('shared') ||
    (settings.includes('invited') && membership === 'invite');
  return allowed && (wasThere || !senderErased) ? 'visible' : 'redacted-form';
}

/** The setting in a state whose `m.room.history_visibility` has this content, or that has none: `shared` if it says nothing known. */
export function historyVisibilityOf(content: JsonObject | undefined): HistoryVisibility {
  const value = content === undefined ? undefined : ownString(content, 'history_visibility');
  return value === 'world_readable' || value === 'invited' || value === 'joined' ? value : 'shared';
}

/** The membership in a state in which the reader's `m.room.member` has this content, or that has none: `leave` if it says nothing known. */
export function membershipOf(content: JsonObject | undefined): Membership {
  const value = content === undefined ? undefined : ownString(content, 'membership');
  return value === 'join' || value === 'invite' || value === 'knock' || value === 'ban' ? value : 'leave';
}
