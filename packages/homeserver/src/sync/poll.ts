import type { SyncDeps } from './deps.ts';

/** Longest that a request is held. Clients ask for 30 seconds; proxies cut at a minute or more. */
const timeoutMsMax = 120_000;

export type Poll<Answer> = {
  readonly user: number;
  /** Rooms that the user is not in and looks into. */
  readonly rooms?: readonly number[];
  /** Whether the answer can tell who is online. */
  readonly presence?: boolean;
  readonly timeoutMs: number;
  /** Ends when the client is gone or the server stops. */
  readonly signal: AbortSignal;
  /** Looks for news. May give undefined, which means to wait on, unless it must answer. */
  readonly look: (mustAnswer: boolean) => Promise<Answer | undefined>;
};

type PollDeps = Pick<SyncDeps, 'clock' | 'notifier' | 'userRooms'>;

/** A long poll: looks, waits until something may concern the user, looks again; after the timeout it must answer. */
export async function longPoll<Answer>(deps: PollDeps, { user, rooms, presence, timeoutMs, signal, look }: Poll<Answer>): Promise<Answer> {
  const patience = patienceOf(deps, timeoutMs, signal);
  try {
    for (;;) {
      // Waiters are found by their rooms, so these must be known first.
      await deps.userRooms.of(user);
      // Register first, then look: an event in between wakes the waiter that is already there.
      const woken = deps.notifier.wait(user, patience.signal, rooms, presence);
      const answer = await look(patience.signal.aborted);
      if (answer !== undefined) return answer;
      await woken;
    }
  } finally {
    patience.end();
  }
}

/** A signal that ends when the client has waited long enough, is gone, or the server stops. */
function patienceOf(
  { clock }: PollDeps,
  timeoutMs: number,
  signal: AbortSignal,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const ms = Math.min(timeoutMs, timeoutMsMax);
  if (ms <= 0 || signal.aborted) {
    controller.abort();
    return { signal: controller.signal, end: () => undefined };
  }
  const end = (): void => {
    timer.cancel();
    signal.removeEventListener('abort', end);
    controller.abort();
  };
  const timer = clock.setTimer(ms, end);
  signal.addEventListener('abort', end, { once: true });
  return { signal: controller.signal, end };
}
