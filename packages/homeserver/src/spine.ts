import { ClientEvents } from './client-events/client-events.ts';
import { relationRows } from './client-events/relations/projection.ts';
import type { Engine } from './engine/engine-in-process.ts';
import { ErasedUsers } from './engine/erased-users.ts';
import { EventVisibility } from './engine/event-visibility.ts';
import { openEngine } from './engine/open-engine.ts';
import type { Projection } from './engine/projection.ts';
import { Retention, type RetentionLimits } from './engine/retention.ts';
import { ChangeIndex } from './streams/change-index.ts';
import { EphemeralCounter } from './streams/ephemeral-counter.ts';
import { Notifier } from './streams/notifier.ts';
import { StreamTail } from './streams/tail.ts';
import { UserRooms } from './streams/user-rooms.ts';
import type { Bus } from '@hearth/bus';
import type { CacheBudget, Clock, Log, Random } from '@hearth/kit';
import type { SigningKey } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** How often a node looks at the clock itself, since hints of the bus may be lost. */
const beatMs = 1_000;

export type SpineOptions = {
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signingKeys: ReadonlyMap<string, SigningKey>;
  readonly projections: readonly Projection[];
  readonly caches: CacheBudget;
  /** Absent: messages are kept for ever. */
  readonly retention: RetentionLimits | undefined;
};

/** What all slices stand on: engine, streams and what reads them. */
export type Spine = {
  readonly engine: Engine;
  readonly tail: StreamTail;
  readonly changes: ChangeIndex;
  readonly userRooms: UserRooms;
  readonly notifier: Notifier;
  readonly visibility: EventVisibility;
  /** Undefined where messages are kept for ever. */
  readonly retention: Retention | undefined;
  readonly clientEvents: ClientEvents;
  readonly ephemeral: EphemeralCounter;
  /** Starts following the stream. Slices add their consumers before. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export async function createSpine(options: SpineOptions): Promise<Spine> {
  const { database, bus, clock, random, log, caches } = options;
  const engine = await openEngine({ ...options, projections: [relationRows, ...options.projections] });
  const tail = new StreamTail(database, (error) => log.error('the stream could not be followed', { error }));
  const changes = new ChangeIndex(database);
  const userRooms = new UserRooms(database, () => tail.caughtUp());
  const notifier = new Notifier(userRooms);
  const retention = options.retention && new Retention(engine, clock, options.retention);
  const erasedUsers = new ErasedUsers(database);
  const visibility = new EventVisibility(engine, erasedUsers, retention);
  const clientEvents = new ClientEvents({ engine, database, clock, visibility, changes, caches });
  const ephemeral = new EphemeralCounter(random);
  let stopped = false;
  let beat = { cancel: (): void => undefined };

  const beatAgain = (): void => {
    if (stopped) return;
    beat = clock.setTimer(beatMs, () => {
      tail
        .beat()
        .catch((error: unknown) => log.warn('the clock of the database could not be read', { error }))
        .finally(beatAgain);
    });
  };

  return {
    engine,
    tail,
    changes,
    userRooms,
    notifier,
    visibility,
    retention,
    clientEvents,
    ephemeral,
    start: async () => {
      // Caches learn of a change before the clients that it wakes.
      tail.consume(engine.consume);
      tail.consume(erasedUsers.consume);
      tail.consume(changes.consume);
      tail.consume(userRooms.consume);
      tail.consume(notifier.consume);
      await tail.start(bus);
      await changes.preload(tail.position);
      beatAgain();
    },
    stop: async () => {
      stopped = true;
      beat.cancel();
      await engine.drain();
    },
  };
}
