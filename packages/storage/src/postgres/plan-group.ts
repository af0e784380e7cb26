import { encodeArray } from '../dialect/array-param.ts';
import type { StatementNumbers } from '../dialect/statement-numbers.ts';
import type { Param } from '../query.ts';
import { isArrayParam } from '../storable.ts';
import type { CommandStatement, Insert, Write } from '../write.ts';
import type { WireStatement, WireValue } from './group-query.ts';

/** A statement of a group's transaction, and for whom it is. */
export type Step = WireStatement & {
  readonly part: 'begin' | 'lock' | 'claim' | 'insert' | 'command' | 'clock' | 'commit';
  /** Indexes of the writes that it serves. */
  readonly writes: readonly number[];
};

/** Where this process notes its commits. */
export type LaneMark = { readonly lane: string; readonly flush: number; readonly nowTs: number };

type Rows = { readonly insert: Insert; readonly rows: (readonly Param[])[]; readonly writes: Set<number> };
type Command = { readonly command: CommandStatement; readonly write: number };
type Work = Rows | Command;

const begin: Step = { part: 'begin', name: 'begin', sql: 'BEGIN', values: [], writes: [] };
const commit: Step = { part: 'commit', name: 'commit', sql: 'COMMIT', values: [], writes: [] };

/** Sorted, so that two processes never wait for each other's rooms. */
const lockRooms = 'SELECT 1 FROM rooms WHERE number = ANY($1::bigint[]) ORDER BY number FOR UPDATE';
/** Fails, by dividing by zero, unless each room is at the revision that its first claim names. */
const claimRooms = `
  WITH claimed AS (
    UPDATE rooms SET revision = claim.next FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS claim(room, revision, next)
    WHERE rooms.number = claim.room AND rooms.revision = claim.revision RETURNING 1)
  SELECT 1 / (CASE WHEN count(*) = cardinality($1::bigint[]) THEN 1 ELSE 0 END) FROM claimed`;

/** The lane's number makes the commit recognisable, and a straggler of a broken connection fail. Lock order: the clock is the last but for our own lane. */
const markLane = `UPDATE lanes SET flush = $2::bigint, seen_ts = $3::bigint WHERE lane = $1 AND flush = $2::bigint - 1 RETURNING 1`;
const markOnly = `WITH mark AS (${markLane}) SELECT (SELECT head FROM clock) / (CASE WHEN count(*) = 1 THEN 1 ELSE 0 END) FROM mark`;
/** One statement, so that no round trip is made while the clock is held. Answers the clock after it. */
const takePositions = `
  WITH tick AS (UPDATE clock SET head = head + cardinality($4::bigint[]) WHERE id = 1 RETURNING head),
    mark AS (UPDATE lanes SET flush = $2::bigint, seen_ts = $3::bigint, head = (SELECT head FROM tick)
      WHERE lane = $1 AND flush = $2::bigint - 1 RETURNING 1),
    placed AS (INSERT INTO stream (position, kind, room, usr, subject, detail)
      SELECT (SELECT head FROM tick) - cardinality($4::bigint[]) + place, kind, room, usr, subject, detail
      FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[]) WITH ORDINALITY
        AS entry(kind, room, usr, subject, detail, place))
  SELECT (SELECT head FROM tick) / (CASE WHEN count(*) = 1 THEN 1 ELSE 0 END) FROM mark`;

/** The whole transaction of a group whose claims follow each other (see takeConsistent). */
export function planGroup(writes: readonly Write[], statements: StatementNumbers, mark: LaneMark): Step[] {
  return [
    begin,
    ...claimSteps(writes),
    ...mergeWork(writes, statements).map((work) => workStep(work, statements)),
    clockStep(writes, mark),
    commit,
  ];
}

/**
 * How many writes from the start can go as one group: in it the claims of each room follow each other (each begins where the one before ends), and no room
 * is claimed that the group itself inserts. What comes after goes in a group of its own, which decides exactly.
 */
export function takeConsistent(writes: readonly Write[]): number {
  const next = new Map<number, number>();
  const inserted = new Set<Param>();
  for (const [index, write] of writes.entries()) {
    for (const { room, revision, next: end } of write.claims) {
      const follows = (next.get(room) ?? revision) === revision && !inserted.has(room);
      // A write that contradicts itself goes alone and is found stale.
      if (!follows) return Math.max(index, 1);
      next.set(room, end);
    }
    for (const statement of write.statements) {
      if ('insert' in statement && statement.insert.table === 'rooms') {
        inserted.add(statement.row[statement.insert.columns.findIndex(({ name }) => name === 'number')] ?? null);
      }
    }
  }
  return writes.length;
}

function claimSteps(writes: readonly Write[]): Step[] {
  const claims = new Map<number, { revision: number; next: number }>();
  const claimers: number[] = [];
  for (const [index, write] of writes.entries()) {
    if (write.claims.length > 0) claimers.push(index);
    for (const { room, revision, next } of write.claims) {
      const claim = claims.get(room);
      if (claim === undefined) claims.set(room, { revision, next });
      else if (revision === claim.next) claim.next = next;
      // Two claims of one write on the same revision: no revision satisfies both.
      else claim.revision = -1;
    }
  }
  if (claims.size === 0) return [];
  const rooms = encodeArray('integer', [...claims.keys()]);
  const revisions = encodeArray(
    'integer',
    [...claims.values()].map(({ revision }) => revision),
  );
  const nexts = encodeArray(
    'integer',
    [...claims.values()].map(({ next }) => next),
  );
  return [
    { part: 'lock', name: 'lock', sql: lockRooms, values: [rooms], writes: [] },
    { part: 'claim', name: 'claim', sql: claimRooms, values: [rooms, revisions, nexts], writes: claimers },
  ];
}

/**
 * The statements of all writes in an order that has the same effect as write after write, with rows of the same Insert together.
 * A row may move forward to earlier rows only past work that has nothing to do with its table.
 */
function mergeWork(writes: readonly Write[], statements: StatementNumbers): Work[] {
  const work: Work[] = [];
  /** Place of the newest rows of an Insert that others may still join. */
  const open = new Map<Insert, number>();
  for (const [index, write] of writes.entries()) {
    for (const statement of write.statements) {
      if (!('insert' in statement)) {
        for (const insert of open.keys()) if (statements.mentions(statement.run, insert.table)) open.delete(insert);
        work.push({ command: statement, write: index });
        continue;
      }
      const place = open.get(statement.insert);
      const rows = place === undefined ? undefined : (work[place] as Rows);
      if (rows) {
        rows.rows.push(statement.row);
        rows.writes.add(index);
        continue;
      }
      for (const insert of open.keys()) if (insert.table === statement.insert.table) open.delete(insert);
      open.set(statement.insert, work.length);
      work.push({ insert: statement.insert, rows: [statement.row], writes: new Set([index]) });
    }
  }
  return work;
}

function workStep(work: Work, statements: StatementNumbers): Step {
  if ('command' in work) {
    const { run, params, mustChange } = work.command;
    const values = params.map(wireValue);
    const number = mustChange === undefined ? statements.ofQuery(run) : statements.ofGuarded(run, params.length);
    if (mustChange !== undefined) values.push(String(mustChange));
    return { part: 'command', name: `s${number}`, sql: statements.sqlOf(number), values, writes: [work.write] };
  }
  const number = statements.ofInsert(work.insert);
  const rows = newestOfEachKey(work.insert, work.rows);
  const values = work.insert.columns.map(({ type }, column) =>
    encodeArray(
      type,
      rows.map((row) => row[column] as number | string | Uint8Array | null),
    ),
  );
  return { part: 'insert', name: `s${number}`, sql: statements.sqlOf(number), values, writes: [...work.writes] };
}

/** One statement cannot replace a row twice, so of rows with the same key only the last goes. */
function newestOfEachKey(insert: Insert, rows: readonly (readonly Param[])[]): readonly (readonly Param[])[] {
  const { onConflict } = insert;
  if (onConflict.do !== 'replace' || rows.length === 1) return rows;
  const places = onConflict.key.map((key) => insert.columns.findIndex(({ name }) => name === key));
  const newest = new Map(rows.map((row) => [JSON.stringify(places.map((place) => keyText(row[place]))), row]));
  return [...newest.values()];
}

function keyText(param: Param | undefined): Param | undefined {
  return param instanceof Uint8Array ? Buffer.from(param).toString('base64') : param;
}

function clockStep(writes: readonly Write[], { lane, flush, nowTs }: LaneMark): Step {
  const own: WireValue[] = [lane, String(flush), String(nowTs)];
  const rows = writes.flatMap(({ stream }) => stream);
  if (rows.length === 0) return { part: 'clock', name: 'mark', sql: markOnly, values: own, writes: [] };
  const column = (type: 'integer' | 'text', of: (row: (typeof rows)[number]) => number | string | null): Buffer =>
    encodeArray(type, rows.map(of));
  return {
    part: 'clock',
    name: 'clock',
    sql: takePositions,
    values: [
      ...own,
      column('integer', (row) => row.kind),
      column('integer', (row) => row.room),
      column('integer', (row) => row.usr),
      column('integer', (row) => row.subject),
      column('text', (row) => row.detail),
    ],
    writes: [],
  };
}

/** A parameter of a query or a command as it goes over the wire. */
export function wireValue(param: Param): WireValue {
  if (param === null || typeof param === 'string') return param;
  if (typeof param === 'number') return String(param);
  // In text form an empty array has no type, so it fits any.
  if (isArrayParam(param) && param.length === 0) return '{}';
  if (isArrayParam(param)) return encodeArray(typeof param[0] === 'string' ? 'text' : 'integer', param);
  return Buffer.from(param.buffer as ArrayBuffer, param.byteOffset, param.byteLength);
}
