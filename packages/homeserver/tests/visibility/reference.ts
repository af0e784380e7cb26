/** An event as its room's creator sees it, who sees all of them. */
export type Event = {
  readonly event_id: string;
  readonly type: string;
  readonly state_key?: string;
  readonly sender: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly origin_server_ts: number;
  readonly unsigned?: Readonly<Record<string, unknown>>;
};

/** What somebody may read of a room, and how. */
export type Rights = {
  /** Ids of the events that they may see, in their order. */
  readonly events: readonly string[];
  /** Whether the room as a whole (its state, its pages) is open to them. */
  readonly room: boolean;
  readonly membership: string;
  readonly forgotten: boolean;
  /** Their own membership events, which /sync tells them in any case. */
  readonly own: readonly string[];
};

type Moment = { readonly setting: string; readonly membership: string };

/**
 * Who sees what, written down a second time and as plainly as can be, from the specification's text alone
 * (https://spec.matrix.org/v1.19/client-server-api/#room-history-visibility): it walks through a room's whole history, which no server
 * could. `forgotten` says whether the reader forgot the room.
 */
export function rightsOf(history: readonly Event[], userId: string, forgotten: boolean): Rights {
  const moments: Moment[] = [{ setting: 'shared', membership: 'leave' }];
  for (const event of history) moments.push(after(moments.at(-1) as Moment, event, userId));
  const now = moments.at(-1) as Moment;
  const everIn = moments.some(({ membership }) => membership === 'join');
  const open = now.setting === 'world_readable';
  const joinedSince = (index: number): boolean => moments.slice(index).some(({ membership }) => membership === 'join');
  const events: string[] = [];
  for (const [index, event] of history.entries()) {
    const [before, then] = [moments[index] as Moment, moments[index + 1] as Moment];
    const either = (test: (moment: Moment) => boolean): boolean => test(before) || test(then);
    const seen =
      either(({ setting }) => setting === 'world_readable') ||
      either(({ membership }) => membership === 'join') ||
      (either(({ setting }) => setting === 'shared') && joinedSince(index + 1)) ||
      (either(({ setting }) => setting === 'invited') && either(({ membership }) => membership === 'invite'));
    if (seen && (!forgotten || open)) events.push(event.event_id);
  }
  const former = everIn && !forgotten && (now.membership === 'leave' || now.membership === 'ban');
  const own = history.filter((event) => event.type === 'm.room.member' && event.state_key === userId).map((event) => event.event_id);
  return { events, room: now.membership === 'join' || open || former, membership: now.membership, forgotten, own };
}

function after(moment: Moment, { type, state_key: key, content }: Event, userId: string): Moment {
  if (type === 'm.room.history_visibility' && key === '') return { ...moment, setting: content['history_visibility'] as string };
  if (type === 'm.room.member' && key === userId) return { ...moment, membership: content['membership'] as string };
  return moment;
}
