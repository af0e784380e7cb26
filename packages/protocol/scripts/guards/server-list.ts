import type { Guard } from './guard.ts';

const src = 'homeserver/src';
const tests = 'homeserver/tests';

/** Guards of the homeserver that its own tests show. */
export const serverGuards: readonly Guard[] = [
  {
    id: 'AC-01', // history for everybody who is in the room now
    file: 'protocol/src/visibility.ts',
    line: "if (!allowed) return 'hidden'; // rule 5",
    instead: '',
    tests: `${tests}/search/search.test.ts`,
  },
  {
    id: 'AC-01', // shared history for those who never joined later
    file: 'protocol/src/visibility.ts',
    line: "(settings.includes('shared') && joinedLater === true)",
    instead: "settings.includes('shared')",
    tests: `${tests}/visibility/oracle.test.ts`,
  },
  {
    id: 'AC-03', // the event of another room is read by way of a room that one is in
    file: `${src}/timeline/visible-event.ts`,
    line: '(roomId !== undefined && record.event.roomId !== roomId)',
    instead: 'false',
    tests: `${tests}/visibility/other-rooms.test.ts`,
  },
  {
    id: 'AC-03', // … and marked as read
    file: `${src}/ephemeral/receipts.ts`,
    line: 'record?.room !== room || !record.inTimeline',
    instead: '!record?.inTimeline',
    tests: `${tests}/ephemeral/receipts.test.ts`,
  },
  {
    id: 'AC-03', // a redaction of another server that names an event of another room
    file: `${src}/engine/receive/redactions.ts`,
    line: 'redaction.room !== room || ',
    instead: '',
    tests: `${tests}/engine/redactions.test.ts`,
  },
  {
    id: 'AC-04', // the event as it was
    file: `${src}/engine/redact-event.ts`,
    line: 'const pdu = redact(target.event.pdu, target.rules);',
    instead: 'const { pdu } = target.event;',
    tests: `${tests}/visibility/erased.test.ts`,
  },
  {
    id: 'AC-05', // a space is listed for whoever knows its id
    file: `${src}/previews/hierarchy.ts`,
    line: 'if (allowed !== true) throw',
    instead: 'if (allowed === undefined) throw',
    tests: `${tests}/previews/hierarchy.test.ts`,
  },
  {
    id: 'AC-06', // subscriptions to rooms that one is not in
    file: `${src}/sync/sliding/listed-rooms.ts`,
    line: 'if (!room || !mayBeSeen.has(room.number)) continue;',
    instead: 'if (!room) continue;',
    tests: `${tests}/sliding-sync/access.test.ts`,
  },
  {
    id: 'AC-06', // the room goes on for those who are out of it
    file: `${src}/sync/sliding/room-news.ts`,
    line: "if (membership === 'join') {",
    instead: 'if (true) {',
    tests: `${tests}/sliding-sync/access.test.ts`,
  },
  {
    id: 'AC-07', // keys of others' users from what is stored here
    file: `${src}/keys/users-by-server.ts`,
    line: 'if (domains.isLocal(server)) local.push(id);',
    instead: 'if (true) local.push(id);',
    tests: `${tests}/keys/upload-and-claim.test.ts`,
  },
  {
    id: 'AC-08', // an event whose state is not known
    file: `${src}/engine/event-visibility.ts`,
    line: 'if (!record.inTimeline || record.stateBefore === null) return undefined;',
    instead: 'record = { ...record, stateBefore: record.stateBefore ?? 0 };',
    tests: `${src}/engine/event-visibility.test.ts`,
  },
  {
    id: 'AC-09', // the refusal says that there is something
    file: `${src}/timeline/visible-event.ts`,
    line: 'if (!visible) throw notFound;',
    instead: "if (!visible) throw new MatrixError('M_FORBIDDEN');",
    tests: `${tests}/visibility/other-rooms.test.ts`,
  },
  {
    id: 'AC-10', // an alias is taken away by anybody
    file: `${src}/rooms/aliases.ts`,
    line: '!(await this.#mayChangeAliases(row.room, requester))',
    instead: 'false',
    tests: `${tests}/rooms/alias-rights.test.ts`,
  },
  {
    id: 'AC-11', // a room is published by anybody who knows it
    file: `${src}/directory/publishing.ts`,
    line: "!requester.isAdmin && !(await maySendState(engine, room, requester.userId, 'm.room.canonical_alias'))",
    instead: 'false',
    tests: `${tests}/directory/publishing.test.ts`,
  },
  {
    id: 'AC-12', // whole events of the room for those outside
    file: `${src}/sync/stripped.ts`,
    line: 'strippedState(record.event)',
    instead: 'record.event.pdu',
    tests: `${tests}/rooms/hostile-invites.test.ts`,
  },
  {
    id: 'AC-13', // people of whom one may not know
    file: `${src}/directory/user-search.ts`,
    line: "settings.users === 'everybody'",
    instead: 'true',
    tests: `${tests}/directory/users.test.ts`,
  },
  {
    id: 'AC-13', // another refusal for rooms that there are not
    file: `${src}/timeline/room-access.ts`,
    line: "if (!access) throw new MatrixError('M_FORBIDDEN', notVisible);",
    instead: "if (!access) throw new MatrixError((await deps.engine.room(roomId)) ? 'M_FORBIDDEN' : 'M_NOT_FOUND', notVisible);",
    tests: `${tests}/rooms/existence-oracle.test.ts`,
  },
  {
    id: 'EA-03', // a bundle with two create events
    file: `${src}/engine/import/bundle.ts`,
    line: 'if (!create || creates.length > 1)',
    instead: 'if (!create)',
    tests: `${tests}/engine/import-room.test.ts`,
  },
  {
    id: 'EA-05', // events that nobody signed
    file: `${src}/engine/receive/signatures.ts`,
    line: "return verdict.allowed ? undefined : { verdict: 'dropped', refusal: verdict };",
    instead: 'return undefined;',
    tests: `${tests}/engine/receipt-checks.test.ts`,
  },
  {
    id: 'EA-07', // keys whose time is over
    file: `${src}/engine/receive/parse-arrival.ts`,
    line: 'known && isKeyValidAt(known.validity, originServerTs, rules, now)',
    instead: 'known',
    tests: `${tests}/engine/receipt-checks.test.ts`,
  },
  {
    id: 'EA-09', // a redaction of somebody else's event without the right
    file: `${src}/engine/receive/redactions.ts`,
    line: 'if (target && !(await takesEffect(redaction, target, site))) return;',
    instead: '',
    tests: `${tests}/engine/redactions.test.ts`,
  },
  {
    id: 'EA-10', // words that stay in the tables
    file: `${src}/engine/redact-event.ts`,
    line: 'params: [record.number, json, record.redactedBy]',
    instead: 'params: [record.number, canonicalJsonBytes(original.event.pdu), record.redactedBy]',
    tests: `${tests}/engine/redactions.test.ts`,
  },
  {
    id: 'EA-10', // words that stay in memory
    file: `${src}/engine/event-reader.ts`,
    line: 'if (this.#rewrites === rewrites) ',
    instead: '',
    tests: `${src}/engine/event-reader.test.ts`,
  },
  {
    id: 'EA-11', // the create event is redacted
    file: `${src}/engine/redact-event.ts`,
    line: "return !(type === 'm.room.create' && stateKey === '');",
    instead: 'return true;',
    tests: `${tests}/engine/redactions.test.ts`,
  },
  {
    id: 'EA-12', // predecessors in another room
    file: `${src}/engine/receive/prev-events-known.ts`,
    line: 'found.some((record) => record.room !== arrival.room)',
    instead: 'false',
    tests: `${tests}/engine/receipt-checks.test.ts`,
  },
  {
    id: 'EA-16', // authorised by what was rejected
    file: `${src}/engine/receive/cited-auth-events.ts`,
    line: "rejected: verdict === 'rejected'",
    instead: 'rejected: false',
    tests: `${tests}/engine/receipt-checks.test.ts`,
  },
  {
    id: 'EA-22', // signatures that nobody checked
    file: `${src}/keys/signatures.ts`,
    line: ' || !isSignedWith(object, publicKey, signature)',
    instead: '',
    tests: `${tests}/keys/cross-signing.test.ts`,
  },
  ...['by-auth-events', 'by-state-before'].map((step) => ({
    id: 'EA-26', // each of the three checks
    file: `${src}/engine/receive/${step}.ts`,
    line: 'return verdict.allowed ? undefined : rejected(verdict);',
    instead: 'return undefined;',
    tests: `${tests}/engine/receipt-checks.test.ts`,
  })),
  {
    id: 'EA-26',
    file: `${src}/engine/receive/by-current-state.ts`,
    line: "return verdict.allowed ? undefined : { verdict: 'soft-failed', refusal: verdict };",
    instead: 'return undefined;',
    tests: `${tests}/engine/receipt-checks.test.ts`,
  },
  {
    id: 'LG-08', // sessions that outlive the password
    file: `${src}/accounts/client-api/account.ts`,
    line: 'body.logout_devices === false ? undefined : requester.deviceId',
    instead: 'undefined',
    tests: `${tests}/accounts/accounts.test.ts`,
  },
  {
    id: 'MD-07', // names that are no text
    file: `${src}/directory/room-card.ts`,
    line: 'ownString(content ?? {}, key)?.slice(0, textLengthMax) || undefined',
    instead: '(content as any)?.[key]?.slice(0, textLengthMax) || undefined',
    tests: `${tests}/rooms/hostile-invites.test.ts`,
  },
  {
    id: 'MD-12', // a page full of what is not shown ends the reading
    file: `${src}/timeline/read-page.ts`,
    line: '(MD-12).\n  return { records, end: place, place };',
    instead: '.\n  return { records, end: undefined, place };',
    tests: `${tests}/visibility/long-gaps.test.ts`,
  },
  {
    id: 'MD-18', // spaces in circles
    file: `${src}/previews/walk.ts`,
    line: 'seen.add(next.roomId);',
    instead: '',
    tests: `${tests}/previews/hierarchy.test.ts`,
  },
  {
    id: 'MD-18', // depth without end
    file: `${src}/previews/walk.ts`,
    line: 'if (next.depth >= maxDepth) continue;',
    instead: '',
    tests: `${tests}/previews/hierarchy.test.ts`,
  },
  {
    id: 'MD-24', // ends that come back
    file: `${src}/engine/extremities.ts`,
    line: "record && record.verdict !== 'accepted'",
    instead: 'false',
    tests: `${tests}/engine/forks.test.ts`,
  },
  {
    id: 'ME-01', // ids of other servers
    file: `${src}/media/downloads.ts`,
    line: 'domains.isLocal(serverName) ? await readMedia(database.reader, mediaId) : undefined',
    instead: 'await readMedia(database.reader, mediaId)',
    tests: `${tests}/media/downloads.test.ts`,
  },
  {
    id: 'ME-02', // pages that a browser runs
    file: `${src}/media/content-type.ts`,
    line: "shownInline.has(essence) ? 'inline' : 'attachment'",
    instead: "'inline'",
    tests: `${tests}/media/downloads.test.ts`,
  },
  {
    id: 'ME-02', // … with the rights of this server's pages
    file: `${src}/media/downloads.ts`,
    line: 'sandbox; ',
    instead: '',
    tests: `${tests}/media/downloads.test.ts`,
  },
  {
    id: 'ME-03', // small files of enormous pictures
    file: `${src}/media/thumbnails.ts`,
    line: ' || head.width * head.height > pixelsMax',
    instead: '',
    tests: `${tests}/media/thumbnails.test.ts`,
  },
  {
    id: 'ME-04', // decoders that nobody meant to use
    file: `${src}/media/thumbnails.ts`,
    line: 'if (!head) throw impossible();',
    instead: "if (!head) return { kind: 'png', width: 1, height: 1 };",
    tests: `${tests}/media/thumbnails.test.ts`,
  },
  {
    id: 'ME-06', // media for strangers
    file: `${src}/media/downloads.ts`,
    line: "if (isStranger && settings.legacyUnauthenticated === 'off') throw notFound();",
    instead: '',
    tests: `${tests}/media/downloads.test.ts`,
  },
  {
    id: 'RX-06', // aliases without end
    file: `${src}/rooms/aliases.ts`,
    line: 'ofRoom >= ofRoomMax',
    instead: 'false',
    tests: `${tests}/rooms/alias-rights.test.ts`,
  },
  {
    id: 'RX-06',
    file: `${src}/rooms/aliases.ts`,
    line: 'ofCreator >= ofCreatorMax',
    instead: 'false',
    tests: `${tests}/rooms/alias-rights.test.ts`,
  },
];
