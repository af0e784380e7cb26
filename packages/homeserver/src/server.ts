import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { accountDataChange, carryRoomData, DirectRooms, type InviteVerdict } from './account-data/index.ts';
import { createAccountData } from './account-data/slice.ts';
import { accountRows } from './account-rows.ts';
import type { AccountsService } from './accounts/index.ts';
import { refuseAnotherServerName } from './accounts/server-name.ts';
import { createAccounts } from './accounts/slice.ts';
import { databaseAddress, publicBaseurl, roomTemplates, type Settings } from './config/index.ts';
import { prepareDataDir } from './data-dir.ts';
import { createDehydratedDevices } from './dehydrated-devices/slice.ts';
import { createDelayedEvents } from './delayed-events/slice.ts';
import { createDirectory } from './directory/slice.ts';
import { createDiscovery } from './discovery/slice.ts';
import { domainsOf } from './domains.ts';
import type { RetentionLimits } from './engine/retention.ts';
import { createEphemeral } from './ephemeral/slice.ts';
import { type Federation, createFederation } from './federation/slice.ts';
import { corsHeaders } from './http/cors.ts';
import { createHttpEdge, type HttpEdge, type ListedRoute } from './http/edge.ts';
import { instrumentsHandler } from './http/instruments.ts';
import { createRateLimiter } from './http/rate-limit.ts';
import { JobRunner } from './jobs/job-runner.ts';
import { createKeyBackup } from './key-backup/slice.ts';
import { createKeys } from './keys/slice.ts';
import { createMedia } from './media/slice.ts';
import { packageVersion } from './package-version.ts';
import { createPresence } from './presence/slice.ts';
import { createPreviews } from './previews/slice.ts';
import { createProfiles } from './profiles/slice.ts';
import { createPush } from './push/slice.ts';
import type { ReportDesk } from './reports/index.ts';
import { createReports } from './reports/slice.ts';
import { createRetention } from './retention/slice.ts';
import { keeperOf, type RoomAdmin } from './room-admin/index.ts';
import { createRoomAdmin } from './room-admin/slice.ts';
import { createRooms } from './rooms/slice.ts';
import { forgetRedactedWords, searchFollower } from './search/index-events.ts';
import { createSearch } from './search/slice.ts';
import { loadSigningKey } from './signing-key-file.ts';
import type { Slice } from './slice.ts';
import { createSpine, type Spine } from './spine.ts';
import { stickyRow } from './sticky-events/projection.ts';
import { createStickyEvents } from './sticky-events/slice.ts';
import { FollowerRunner } from './streams/follower.ts';
import { createSync } from './sync/slice.ts';
import { createThreadSubscriptions } from './thread-subscriptions/slice.ts';
import { createTimeline } from './timeline/slice.ts';
import type { ToDevice } from './to-device/index.ts';
import { createToDevice } from './to-device/slice.ts';
import { createUpkeep } from './upkeep/slice.ts';
import { type Bus, inProcessBus, openPostgresBus } from '@hearth/bus';
import {
  CacheBudget,
  clientAddress,
  type Clock,
  type ListenAddress,
  type Listener,
  type Log,
  type Metrics,
  type Network,
  Outbound,
  parseListenAddress,
  Passwords,
  type Random,
  startListener,
} from '@hearth/kit';
import { type Database, openDatabase } from '@hearth/storage';

/** Bytes of all caches that share the budget. */
const cacheBytesMax = 64 * 1024 * 1024;

const dayMs = 24 * 60 * 60_000;

const mebibyte = 1024 * 1024;

/** Steps of a follower that somebody waits for: what it has not caught up with then is told later. */
const catchUpStepsMax = 4;

export type ServerOptions = {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly network: Network;
};

export type Server = {
  readonly serverName: string;
  /** `http://127.0.0.1:8008` for each address, with real ports. */
  readonly urls: readonly string[];
  /** Where metrics and health are, if anywhere. */
  readonly instrumentUrls: readonly string[];
  /** The link that makes the first administrator; undefined when there are accounts. */
  readonly setupUrl: () => Promise<string | undefined>;
  /** For the commands that reach a running server. */
  readonly accounts: AccountsService;
  readonly toDevice: ToDevice;
  readonly reports: ReportDesk;
  readonly roomAdmin: RoomAdmin;
  readonly federation: Pick<Federation, 'client' | 'keys'>;
  readonly routeList: () => readonly ListedRoute[];
  readonly edge: HttpEdge;
  readonly database: Database;
  readonly spine: Spine;
  /** Stops accepting, finishes what is under way, flushes, closes. May be called again. */
  readonly stop: () => Promise<void>;
};

/** Starts a server, or leaves nothing open: what is opened on the way is closed again if the start fails. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const opened = new AsyncDisposableStack();
  try {
    return await putTogether(options, opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** The spine first, then the slices, then the listeners. `opened` takes each thing that must be closed, and closes the last first. */
async function putTogether(options: ServerOptions, opened: AsyncDisposableStack): Promise<Server> {
  const { settings, clock, random, log, metrics, network } = options;
  const dataDir = resolve(settings.server.dataDir);
  const domains = domainsOf([settings.server.name]);
  await prepareDataDir(dataDir);
  const database = await openDatabase(databaseAddress(settings), { clock, random, log });
  opened.defer(() => database.close());
  await refuseAnotherServerName(database.reader, domains);
  const signingKeys = new Map([[domains.first, await loadSigningKey(`${dataDir}/signing.key`, random)]]);
  const bus = await openBus(options, database);
  opened.defer(() => bus.close());
  const caches = new CacheBudget(cacheBytesMax, clock, metrics);
  const spine = await createSpine({
    database,
    bus,
    clock,
    random,
    log,
    signingKeys,
    projections: [forgetRedactedWords, stickyRow],
    caches,
    retention: retentionLimits(settings),
  });
  const holder = random.token(96);
  const limiter = createRateLimiter({ clock, enabled: settings.features.rateLimits });
  let listening: readonly string[] = [];
  const baseUrl = (): string => publicBaseurl(settings, listening);
  // Slices poke the runner, and the runner runs the slices' jobs: it is put here once there are slices. Followers likewise.
  const jobs: { runner?: JobRunner } = {};
  const followers: FollowerRunner[] = [];
  const catchUp = async (name: string): Promise<void> => followers.find((follower) => follower.name === name)?.caughtUp(catchUpStepsMax);

  const { engine, userRooms, notifier, clientEvents, visibility, tail } = spine;
  const shared = { database, engine, clock, random, domains, userRooms, notifier, clientEvents, visibility };
  const pokeJobs = (): void => jobs.runner?.poke();
  const profiles = createProfiles({ ...shared, pokeJobs });
  const accounts = createAccounts({
    ...shared,
    passwords: new Passwords(random),
    caches,
    limiter,
    settings: {
      mode: settings.registration.mode,
      sharedSecret: settings.registration.sharedSecret,
      guests: settings.registration.guests,
    },
    ...accountRows,
    isExclusive: (userId) => userId === keeperOf(domains.first),
    baseUrl,
    pokeJobs,
    onError: (error: unknown) => log.error('accounts: something went wrong behind the scenes', { error }),
  });
  const keys = createKeys({ ...shared, tail, changes: spine.changes, uia: accounts.service.uia });
  const push = createPush({ database, engine });
  const accountData = createAccountData({ ...shared, pushRules: (requester) => push.service.all(requester, 'v3') });
  const directory = createDirectory({
    ...shared,
    caughtUp: () => tail.caughtUp(),
    catchUp,
    settings: { publicDirectory: settings.federation.publicDirectory, users: settings.features.userDirectory },
  });
  const inviteVerdict = (user: number, inviter: string): Promise<InviteVerdict> => accountData.invitePermissions.verdict(user, inviter);
  const templates = roomTemplates(settings.rooms.templates);
  const roomAdmin = createRoomAdmin({ ...shared, pokeJobs });
  const rooms = createRooms({
    ...shared,
    isBlocked: roomAdmin.service.isBlocked,
    pokeJobs,
    memberProfile: profiles.memberProfile,
    inviteVerdict,
    ignoredUsers: (user) => accountData.ignored.of(user),
    templates,
    directRooms: new DirectRooms(database),
    moveListing: (from, to) => directory.service.publishing.move(from, to),
    defaultRoomVersion: settings.features.defaultRoomVersion,
    carryRoomSettings: async ({ user }, from, to) => {
      await carryRoomData(database, user, from, to);
      await push.service.carryRoom(user, from.roomId, to.roomId);
    },
  });
  const { memberships } = rooms.service;
  const ephemeral = createEphemeral({
    ...shared,
    counter: spine.ephemeral,
    accountDataChange,
    onError: (error: unknown) => log.warn('other nodes could not be told who types', { error }),
  });
  const presence = createPresence({
    ...shared,
    counter: spine.ephemeral,
    memberProfile: profiles.memberProfile,
    enabled: settings.features.presence,
    onError: (error: unknown) => log.warn('who is online could not be told', { error }),
  });
  const toDevice = createToDevice({ ...shared, tail, changes: spine.changes });
  const timeline = createTimeline({
    ...shared,
    putMember: (requester, roomId, userId, content) => memberships.put(roomId, requester, userId, content),
    resolveAlias: (alias) => rooms.service.aliases.resolve(alias),
    noteActive: presence.active,
    schedule: (requester, event) => delayedEvents.service.schedule(requester, event),
  });
  const delayedEvents = createDelayedEvents({
    ...shared,
    submit: (requester, event, once) => timeline.service.sender.late(requester, event, once),
    mayAct: async (userId) => {
      const row = (await accounts.service.accounts.find(userId))?.row;
      return row?.state === 'active' && row.suspended === 0;
    },
    onError: (error: unknown) => log.error('a delayed event could not be sent', { error }),
  });
  const threadSubscriptions = createThreadSubscriptions({
    ...shared,
    visibleEvent: timeline.service.visible,
    position: () => tail.position,
  });
  const stickyEvents = createStickyEvents({ ...shared, changes: spine.changes, ignoredUsers: (user) => accountData.ignored.of(user) });
  const reports = createReports({ ...shared, visibleEvent: timeline.service.visible });
  const { uploadMib, userQuotaMib, totalQuotaMib, legacyUnauthenticated } = settings.media;
  const media = createMedia({
    ...shared,
    dir: `${dataDir}/media`,
    settings: {
      uploadBytesMax: uploadMib * mebibyte,
      userQuotaBytes: userQuotaMib * mebibyte,
      totalQuotaBytes: totalQuotaMib * mebibyte,
      legacyUnauthenticated,
    },
  });
  await media.start();
  opened.defer(() => media.stop());
  const outbound = await openOutbound(options);
  opened.defer(() => outbound.close());
  const federation = await createFederation({
    ...shared,
    network,
    outbound,
    caches,
    signingKeys,
    domain: domains.first,
    version: packageVersion(),
    publicBaseurl: baseUrl,
    receive: (roomId, pdus, received) => engine.receive(roomId, pdus, received),
    aclOf: async (roomId) => {
      const room = await engine.room(roomId);
      return room && ((await engine.currentState(room).get('m.room.server_acl', ''))?.event.content ?? null);
    },
    events: (numbers) => engine.events(numbers),
    holder,
    onError: (server, error) => log.error('events could not be sent', { server, error }),
    settings: settings.federation,
  });
  const slices: Slice[] = [
    federation,
    createDiscovery({
      serverName: domains.first,
      version: packageVersion(),
      registration: settings.registration.mode,
      publicBaseurl: baseUrl,
      hasAccounts: () => accounts.service.accounts.any(),
      livekitServices: settings.features.livekit,
      defaultRoomVersion: settings.features.defaultRoomVersion,
      delayedEvents: delayedEvents.limits,
      templates,
    }),
    accounts,
    profiles,
    rooms,
    timeline,
    createPreviews({ ...shared, roomIdOf: (idOrAlias) => memberships.roomIdOf(idOrAlias), isInOneOf: rooms.service.isInOneOf }),
    delayedEvents,
    threadSubscriptions,
    stickyEvents,
    reports,
    createSearch({
      ...shared,
      around: timeline.service.around,
      catchUp: () => catchUp(searchFollower),
      rewriteMs: settings.retention.redactedDays * dayMs,
    }),
    directory,
    accountData,
    media,
    keys,
    push,
    ephemeral,
    presence,
    toDevice,
    createDehydratedDevices({ ...shared, tail, sessions: accounts.service.sessions, uploads: keys.uploads, toDevice: toDevice.service }),
    createKeyBackup({ ...shared, pokeJobs }),
    createRetention({ ...shared, retention: spine.retention }),
    roomAdmin,
    createUpkeep(shared),
  ];
  const sections = slices.flatMap((slice) => slice.streams);
  const sync = createSync({
    ...shared,
    tail,
    changes: spine.changes,
    ephemeral: spine.ephemeral,
    ignoredUsers: (user) => accountData.ignored.of(user),
    inviteVerdict,
    stickyEvents: async (requester, room, since, upTo) =>
      (await stickyEvents.service.of(requester, room, since, upTo)).map(({ record }) => record),
    pushRules: ({ user, userId }) => push.users.inForce(user, userId),
    followsThread: (user, room, root) => threadSubscriptions.service.isFollowed(user, room, root),
    follow: presence.follow,
    sections,
    extensions: slices.flatMap((slice) => slice.extensions ?? []),
  });
  slices.push(sync);

  tail.consume(accounts.consume);
  tail.consume(keys.consume);
  tail.consume(accountData.ignored.consume);
  tail.consume(push.consume);
  tail.consume(accountData.invitePermissions.consume);
  tail.consume(ephemeral.consume);
  tail.consume(presence.consume);
  tail.consume(sync.sliding.consume);
  tail.consume(sync.unread.consume);
  opened.defer(() => spine.stop());
  await spine.start();
  const onFollowerError = (follower: string, error: unknown): void => log.error('a follower of the stream failed', { follower, error });
  for (const follower of slices.flatMap((slice) => slice.followers ?? [])) {
    followers.push(new FollowerRunner({ database, clock, holder, onError: onFollowerError }, follower));
  }
  tail.consume(() => {
    for (const follower of followers) follower.poke();
  });
  const runner = new JobRunner({
    database,
    clock,
    holder,
    handlers: slices.flatMap((slice) => slice.jobs),
    onError: (kind, error) => log.error('a job failed', { kind, error }),
  });
  jobs.runner = runner;
  opened.defer(() => accounts.stop());
  opened.defer(() => federation.stop());
  opened.defer(() => Promise.all(followers.map((follower) => follower.stop())).then(() => undefined));
  opened.defer(() => runner.stop());
  runner.start();
  for (const follower of followers) follower.start();
  opened.defer(() => presence.stop());
  presence.start();
  opened.defer(() => delayedEvents.stop());
  delayedEvents.start();
  accounts.start();
  federation.start();

  let stopping: Promise<void> | undefined;
  const ready = (): boolean => stopping === undefined;
  const edge = createHttpEdge({
    routes: slices.flatMap((slice) => slice.routes),
    lookupToken: accounts.lookupToken,
    serverDoor: federation.door,
    limiter,
    clientAddress: clientAddress(settings.listeners.trustedProxies),
    ready,
    log,
    metrics,
    clock,
    random,
    logRequests: settings.log.requests,
  });
  const listeners = await openListeners(options, edge, ready);
  listening = listeners.api.flatMap((listener) => listener.urls);

  const stop = async (): Promise<void> => {
    edge.stop();
    await Promise.all([...listeners.api, ...listeners.instruments].map((listener) => listener.stop()));
    await opened.disposeAsync();
  };
  return {
    serverName: domains.first,
    urls: listening,
    instrumentUrls: listeners.instruments.flatMap((listener) => listener.urls),
    setupUrl: () => accounts.setupUrl(baseUrl()),
    accounts: accounts.service,
    toDevice: toDevice.service,
    reports: reports.desk,
    roomAdmin: roomAdmin.service,
    federation,
    routeList: edge.routeList,
    edge,
    database,
    spine,
    stop: () => (stopping ??= stop()),
  };
}

function retentionLimits({ retention: { enabled, defaultDays, minDays, maxDays } }: Settings): RetentionLimits | undefined {
  if (!enabled) return undefined;
  const orNever = (days: number): number | undefined => (days === 0 ? undefined : days * dayMs);
  return { usualMs: orNever(defaultDays), minMs: minDays * dayMs, maxMs: orNever(maxDays) };
}

/** `auto`: what fits the database. A bus for several processes makes no sense on SQLite, which has one. */
async function openBus({ settings, clock, log }: ServerOptions, database: Database): Promise<Bus> {
  const { bus } = settings.database;
  if (database.engine === 'sqlite' && bus === 'postgres') throw new Error('HEARTH_BUS=postgres needs a PostgreSQL database.');
  const wanted = bus === 'auto' ? database.engine : bus;
  return wanted === 'postgres' ? openPostgresBus({ url: databaseAddress(settings), clock, log }) : inProcessBus();
}

async function openOutbound({ settings: { federation }, network, clock }: ServerOptions): Promise<Outbound> {
  const { ca, allowPrivateAddresses: allowPrivate, allowedNetworks } = federation;
  const authorities = ca === undefined ? [] : [await readFile(ca, 'utf8')];
  return new Outbound({ network, clock, allowPrivate, allowedNetworks, authorities });
}

type Listeners = { readonly api: readonly Listener[]; readonly instruments: readonly Listener[] };

async function openListeners({ settings, clock, log, metrics }: ServerOptions, edge: HttpEdge, ready: () => boolean): Promise<Listeners> {
  const { plain, tls, tlsCert, tlsKey, metrics: instruments, trustedProxies } = settings.listeners;
  const common = { handle: edge.handle, clock, log, trustedProxies, malformedHeaders: corsHeaders };
  const api: Listener[] = [];
  const open: Listener[] = [];
  try {
    if (plain.length > 0) api.push(await startListener({ ...common, addresses: plain.map(address) }));
    if (tls.length > 0 && tlsCert !== undefined && tlsKey !== undefined) {
      api.push(await startListener({ ...common, addresses: tls.map(address), tls: { cert: tlsCert, key: tlsKey } }));
    }
    if (instruments[0] !== 'off' && instruments.length > 0) {
      open.push(await startListener({ handle: instrumentsHandler({ metrics, ready }), clock, log, addresses: instruments.map(address) }));
    }
  } catch (error) {
    await Promise.all([...api, ...open].map((listener) => listener.stop()));
    throw error;
  }
  return { api, instruments: open };
}

function address(text: string): ListenAddress {
  const parsed = parseListenAddress(text);
  if (!parsed) throw new Error(`${text} is not host:port`);
  return parsed;
}
