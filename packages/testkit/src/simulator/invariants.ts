import { keysAtTimeOf } from './keys.ts';
import { Oracle, type PlainEvent } from './oracle.ts';
import { isJoined, type Process, serversIn } from './process.ts';
import { type Log, replay } from './replay.ts';
import { recordsOf } from './server.ts';
import type { RoomFacts, World } from './world.ts';
import type { EventRecord } from '@hearth/homeserver/testing';
import {
  canonicalJson,
  canonicalJsonBytes,
  canonicalNumbersOf,
  hasValidContentHash,
  isJsonObject,
  parseJson,
  type PduEvent,
  parsePdu,
  redact,
  verifyEventSignatures,
  withKey,
  withoutKeys,
} from '@hearth/protocol';

/** What must be so in a room once everything has been said and heard. */
export async function checkRoom(world: World, room: RoomFacts, honest: readonly Process[]): Promise<void> {
  const logs: Log[] = [];
  const byServer = new Map<string, Process>();
  for (const process of honest) {
    const head = await process.engine.room(room.roomId);
    if (!head) continue;
    const begunByState = process.disk.begunByState.has(room.roomId);
    logs.push({ domain: process.domain, head, records: await recordsOf(process, head.number), begunByState });
    byServer.set(process.domain, process);
  }
  const [first] = logs;
  if (!first) return;
  const oracle = oracleOf(world, room, logs);
  for (const log of logs) {
    const process = byServer.get(log.domain) as Process;
    const found = [
      // Who was told a wrong state goes on from there: no rule of the protocol lets it notice.
      ...(process.disk.misled.has(room.roomId) ? [] : [...replay(log, oracle), ...(await wrongStates(process, log, oracle))]),
      ...unserialisable(process, log),
      ...wrongContents(log),
      ...wronglySigned(world, log),
      ...(await wrongMembers(process, log)),
      ...lostEvents(process, log),
    ];
    for (const problem of found.slice(0, 5)) world.problem(`${log.domain} in ${room.roomId} (version ${room.version}): ${problem}`);
  }
  await checkAgreement(world, room, logs, byServer);
}

function oracleOf(world: World, room: RoomFacts, logs: readonly Log[]): Oracle {
  const events = new Map<string, PduEvent>();
  // Some have an event only in its redacted form, since it came to them with changed words.
  for (const { records } of logs)
    for (const { event } of records) if (sizeOf(event) > sizeOf(events.get(event.eventId))) events.set(event.eventId, event);
  const oracle = new Oracle((logs[0] as Log).head.rules, world.keys.keyOf);
  const create = events.get(room.createId);
  if (create) oracle.addAll(create, events.values());
  world.count('rooms');
  for (const _ of events) world.count('events');
  return oracle;
}

function sizeOf(event: PduEvent | undefined): number {
  return event ? Object.keys(event.content).length : -1;
}

/** The state before and after each event is what the graph says, whatever was heard when. */
async function wrongStates(process: Process, { head, records }: Log, oracle: Oracle): Promise<string[]> {
  const problems: string[] = [];
  const known = new Map<number, string>();
  const idsOf = async (state: number): Promise<string> => {
    const before = known.get(state);
    if (before !== undefined) return before;
    const view = await process.engine.stateAt(head.number, state);
    const members = state === 0 ? [] : ((await view?.all()) ?? []);
    for (const { event, verdict } of members) if (verdict === 'rejected') problems.push(`${event.eventId} was rejected and is in a state`);
    const ids = members
      .map(({ event }) => event.eventId)
      .toSorted()
      .join();
    known.set(state, ids);
    return ids;
  };
  for (const { event, stateBefore, stateAfter } of records) {
    const plain = oracle.byId(event.eventId);
    if (!plain || stateBefore === null || stateAfter === null) continue;
    if ((await idsOf(stateBefore)) !== oracle.ids(plain.before).join()) problems.push(`another state before ${event.eventId}`);
    if ((await idsOf(stateAfter)) !== oracle.ids(plain.after).join()) problems.push(`another state after ${event.eventId}`);
  }
  const ends = head.extremities.map(({ eventId }) => oracle.byId(eventId));
  if (ends.some((end) => end === undefined)) return problems;
  const current = oracle.resolved(ends.map((end) => (end as PlainEvent).after));
  if ((await idsOf(head.state)) !== oracle.ids(current).join()) problems.push('another current state than its ends resolve to');
  return problems;
}

/** What is stored is what the strict parser reads, in canonical bytes, and an event of the room's version. */
function unserialisable({ disk }: Process, { head }: Log): string[] {
  const rows = disk.store.inspect<{ event_id: string; json: Uint8Array; signatures: Uint8Array | null }>(
    `SELECT event_id, json, signatures FROM events WHERE room = ${head.number}`,
  );
  return rows.flatMap(({ event_id: eventId, json, signatures }) => {
    const numbers = canonicalNumbersOf(head.rules);
    const parsed = parseJson(json, { numbers });
    const signed = signatures && parseJson(signatures);
    if (!parsed.ok || !signed?.ok || !isJsonObject(parsed.value)) return [`${eventId} is no JSON`];
    if (Buffer.compare(canonicalJsonBytes(parsed.value, numbers), json) !== 0) return [`${eventId} is not stored as canonical JSON`];
    const event = parsePdu(withKey(parsed.value, 'signatures', signed.value), head.rules);
    return event.allowed ? [] : [`${eventId} has no valid format: ${event.reason}`];
  });
}

/** What an event says is what its hash was made of, or what redaction leaves of it. */
function wrongContents({ head, records }: Log): string[] {
  return records.flatMap(({ event }) => {
    if (hasValidContentHash(event.pdu, head.rules)) return [];
    const left = canonicalJson(redact(event.pdu, head.rules), 'legacy');
    return canonicalJson(withoutKeys(event.pdu, ['unsigned']), 'legacy') === left
      ? []
      : [`${event.eventId} has words that were not hashed`];
  });
}

/** Every event bears the signatures that it must, by keys that counted at its time. */
function wronglySigned({ keys, signed }: World, { head, records }: Log): string[] {
  return records.flatMap(({ event }) => {
    const name = `${event.eventId} ${canonicalJson(event.pdu.signatures ?? {})}`;
    const known = signed.get(name) ?? verifyEventSignatures(event, head.rules, keysAtTimeOf(event, head.rules, keys.keyOf)).allowed;
    signed.set(name, known);
    return known ? [] : [`${event.eventId} by ${event.sender} is not signed as it must be`];
  });
}

/** What was answered to a user of ours is there, whatever crashed since. */
function lostEvents({ disk }: Process, { head, records }: Log): string[] {
  const kept = new Set(records.map(({ event }) => event.eventId));
  return [...disk.answered]
    .filter(([eventId, room]) => room === head.roomId && !kept.has(eventId))
    .map(([eventId]) => `${eventId} was answered and is lost`);
}

/** The counts and the table of members say what the current state says. */
async function wrongMembers(process: Process, { head }: Log): Promise<string[]> {
  const members = (await process.engine.currentState(head).all()).filter(({ event }) => event.type === 'm.room.member');
  const joined = members.filter(isJoined).length;
  const rows = process.disk.store.inspect<{ membership: string; event: number }>(
    `SELECT membership, event FROM memberships WHERE room = ${head.number} AND membership = 'join'`,
  );
  const said = rows
    .map(({ event }) => event)
    .toSorted((a, b) => a - b)
    .join();
  const expected = members
    .filter(isJoined)
    .map(({ number }) => number)
    .toSorted((a, b) => a - b)
    .join();
  return [
    ...(head.joinedMembers === joined ? [] : [`it counts ${head.joinedMembers} members, and ${joined} are joined`]),
    ...(said === expected ? [] : [`its table of members has the joins ${said}, its state ${expected}`]),
  ];
}

/**
 * Servers that see each other in the room have the same ends of it, and so the same state. Only an end that one of them soft-failed may
 * stand beside: it follows nothing from there that the other would accept, or the other would have followed it.
 */
async function checkAgreement(world: World, room: RoomFacts, logs: readonly Log[], processes: ReadonlyMap<string, Process>): Promise<void> {
  const sees = new Map<string, ReadonlySet<string>>();
  for (const { domain, head } of logs) sees.set(domain, await serversIn((processes.get(domain) as Process).engine.currentState(head)));
  const misled = ({ domain }: Log): boolean => processes.get(domain)?.disk.misled.has(room.roomId) === true;
  const told = logs.filter((log) => !misled(log));
  for (const [index, one] of told.entries()) {
    for (const other of told.slice(index + 1)) {
      for (const eventId of rejectedByOne(one, other)) {
        world.problem(`${one.domain} and ${other.domain} do not agree whether ${eventId} is to be rejected`);
      }
      for (const eventId of [...keptByOther(one, other), ...keptByOther(other, one)]) {
        world.problem(`only one of ${one.domain} and ${other.domain} carried out the redaction of ${eventId}`);
      }
      const both = [one.domain, other.domain];
      if (!both.every((domain) => both.every((seen) => sees.get(domain)?.has(seen)))) continue;
      const isUnheard = hasUnheardEnd(one, other) || hasUnheardEnd(other, one);
      world.count(isUnheard ? 'pairs with an end that one soft-failed' : 'pairs compared');
      const [a, b] = [endsOf(one), endsOf(other)];
      if (!isUnheard && a !== b) {
        world.problem(`in ${room.roomId} (version ${room.version}) the ends are ${a} at ${one.domain}, ${b} at ${other.domain}`);
      }
    }
  }
}

/** Whether an end of the room at one is no end at the other because the other soft-failed it. */
function hasUnheardEnd({ head }: Log, { records }: Log): boolean {
  const softFailed = new Set(records.filter(({ verdict }) => verdict === 'soft-failed').map(({ event }) => event.eventId));
  return head.extremities.some(({ eventId }) => softFailed.has(eventId));
}

function rejectedByOne(one: Log, other: Log): string[] {
  const theirs = new Map(other.records.map(({ event, verdict }) => [event.eventId, verdict]));
  return one.records.flatMap(({ event, verdict }) => {
    const same = theirs.get(event.eventId);
    return same !== undefined && (same === 'rejected') !== (verdict === 'rejected') ? [event.eventId] : [];
  });
}

/**
 * What one redacted, and the other did not although it accepted the same redaction. Whom a liar gave a redaction with changed words has
 * only its redacted form, which before version 11 does not say what it redacts.
 */
function keptByOther(one: Log, other: Log): string[] {
  const redactions = new Map(one.records.map(({ number, event }) => [number, event.eventId]));
  const theirs = new Map(other.records.map((record) => [record.event.eventId, record]));
  return one.records.flatMap(({ event, redactedBy }) => {
    const redaction = redactedBy === null ? undefined : theirs.get(redactions.get(redactedBy) ?? '');
    if (redaction?.verdict !== 'accepted' || cameChanged(redaction)) return [];
    return theirs.get(event.eventId)?.redactedBy === null ? [event.eventId] : [];
  });
}

function cameChanged({ event, redactedBy, rules }: EventRecord): boolean {
  return redactedBy === null && !hasValidContentHash(event.pdu, rules);
}

function endsOf({ head }: Log): string {
  return head.extremities
    .map(({ eventId }) => eventId)
    .toSorted()
    .join();
}
