import { init } from './001-init.ts';
import { relations } from './002-relations.ts';
import { eventsByTime } from './003-events-by-time.ts';
import { toDevice } from './004-to-device.ts';
import { keyBackup } from './005-key-backup.ts';
import { search } from './006-search.ts';
import { deviceKeys } from './007-device-keys.ts';
import { dehydratedDevices } from './008-dehydrated-devices.ts';
import { reports } from './009-reports.ts';
import { directories } from './010-directories.ts';
import { pushRules } from './011-push-rules.ts';
import { erasedUsers } from './012-erased-users.ts';
import { blockedRooms } from './013-blocked-rooms.ts';
import { slidingSync } from './014-sliding-sync.ts';
import { suspendedAccounts } from './015-suspended-accounts.ts';
import { media } from './016-media.ts';
import { delayedEvents } from './017-delayed-events.ts';
import { threadSubscriptions } from './018-thread-subscriptions.ts';
import { serverKeys } from './019-server-keys.ts';
import { directRooms } from './020-direct-rooms.ts';
import { federationTransactions } from './021-federation-transactions.ts';
import { jobsByKind } from './022-jobs-by-kind.ts';
import { purgedUnread } from './023-purged-unread.ts';
import { outgoingEvents } from './024-outgoing-events.ts';
import { keptRooms } from './025-kept-rooms.ts';
import { aliasesByCreator } from './026-aliases-by-creator.ts';
import { roomImports } from './027-room-imports.ts';
import { presenceLists } from './028-presence-lists.ts';
import type { Migration } from './migration.ts';

/** In order, numbered from 1 without gaps. A migration that was released is never changed again. */
export const migrations: readonly Migration[] = [
  init,
  relations,
  eventsByTime,
  toDevice,
  keyBackup,
  search,
  deviceKeys,
  dehydratedDevices,
  reports,
  directories,
  pushRules,
  erasedUsers,
  blockedRooms,
  slidingSync,
  suspendedAccounts,
  media,
  delayedEvents,
  threadSubscriptions,
  serverKeys,
  directRooms,
  federationTransactions,
  jobsByKind,
  purgedUnread,
  outgoingEvents,
  keptRooms,
  aliasesByCreator,
  roomImports,
  presenceLists,
];
