/** What people see of somebody. */
export type PresenceState = 'online' | 'unavailable' | 'offline';

/** Somebody's presence as others are told of it. */
export type Presence = {
  readonly state: PresenceState;
  readonly statusMsg: string | undefined;
  /** 2015's `free_for_chat`, which is `online` for everybody else. */
  readonly isFree: boolean;
};

export const offline: Presence = { state: 'offline', statusMsg: undefined, isFree: false };

/** Any active device makes one online, any idle one unavailable. */
export function strongest(states: Iterable<PresenceState>): PresenceState {
  let strongestYet: PresenceState = 'offline';
  for (const state of states) {
    if (state === 'online') return state;
    if (state === 'unavailable') strongestYet = state;
  }
  return strongestYet;
}

export function isSame(a: Presence, b: Presence): boolean {
  return a.state === b.state && a.statusMsg === b.statusMsg && a.isFree === b.isFree;
}
