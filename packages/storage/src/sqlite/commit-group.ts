import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { classify } from './errors.ts';
import type { GroupMessage, GroupReply, PackedValue, RefusedWhy, Refusal } from './messages.ts';

/** Why one write of a group cannot be done. */
class Refused extends Error {
  readonly why: RefusedWhy;
  constructor(why: RefusedWhy, message: string) {
    super(message);
    this.why = why;
  }
}

type Value = number | string | Uint8Array | null;

/** Runs groups of writes on the writer thread's connection. */
export class GroupCommitter {
  readonly #database: DatabaseSync;
  readonly #statements: (StatementSync | string)[] = [];
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #claim: StatementSync;
  readonly #clock: StatementSync;
  readonly #head: StatementSync;
  readonly #stream: StatementSync;
  #rows = 0;
  #ran = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = prepare(database, 'BEGIN IMMEDIATE');
    this.#commit = prepare(database, 'COMMIT');
    this.#claim = prepare(database, 'UPDATE rooms SET revision = ?3 WHERE number = ?1 AND revision = ?2');
    this.#clock = prepare(database, 'UPDATE clock SET head = head + ?1 WHERE id = 1');
    this.#head = prepare(database, 'SELECT head FROM clock WHERE id = 1');
    this.#stream = prepare(database, 'INSERT INTO stream (position, kind, room, usr, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)');
  }

  /** Commits the group; writes that cannot be done are left out and named. */
  run(group: GroupMessage): GroupReply {
    this.#statements.push(...group.define);
    this.#rows = 0;
    this.#ran = 0;
    try {
      return this.#reply(group.writes, this.#attempt(group, false), [], false);
    } catch (error) {
      this.#rollback();
      if (classify(error) === 'unavailable') return this.#unavailable(group, error, false);
    }
    // Something in the group failed. Again, each write behind a savepoint, so that only the guilty one is left out.
    try {
      const refused: Refusal[] = [];
      return this.#reply(group.writes, this.#attempt(group, true, refused), refused, true);
    } catch (error) {
      this.#rollback();
      return this.#unavailable(group, error, true);
    }
  }

  #attempt(group: GroupMessage, savepoints: boolean, refused: Refusal[] = []): number {
    this.#begin.run();
    const cursor = new Cursor(group);
    const stream: Value[][] = [];
    for (let index = 0; index < group.writes; index++) {
      if (savepoints) this.#database.exec('SAVEPOINT one_write');
      const start = cursor.mark();
      const rowsBefore = stream.length;
      try {
        this.#write(cursor, stream);
      } catch (error) {
        const why = error instanceof Refused ? error.why : classify(error);
        if (!savepoints || why === 'unavailable') throw error;
        this.#database.exec('ROLLBACK TO one_write');
        stream.length = rowsBefore;
        cursor.skipWrite(start);
        refused.push({ index, why, message: error instanceof Error ? error.message : String(error) });
      }
      if (savepoints) this.#database.exec('RELEASE one_write');
    }
    const head = this.#takePositions(stream);
    if (refused.length < group.writes) this.#commit.run();
    else this.#rollback();
    return head;
  }

  #write(cursor: Cursor, stream: Value[][]): void {
    for (let claims = cursor.number(); claims > 0; claims--) {
      const room = cursor.number();
      const revision = cursor.number();
      const next = cursor.number();
      if (Number(this.#claim.run(room, revision, next).changes) !== 1)
        throw new Refused('stale', `room ${room} is no longer at revision ${revision}`);
    }
    for (let statements = cursor.number(); statements > 0; statements--) {
      const statement = this.#statement(cursor.number());
      const values = cursor.values(cursor.number());
      const mustChange = cursor.number();
      const changed = Number(statement.run(...values).changes);
      this.#ran += 1;
      this.#rows += changed;
      if (mustChange >= 0 && changed !== mustChange)
        throw new Refused('guard', `a statement changed ${changed} rows instead of ${mustChange}`);
    }
    for (let rows = cursor.number(); rows > 0; rows--) stream.push(cursor.values(5));
  }

  /** The clock comes last: positions in the order of commits, without gaps. */
  #takePositions(stream: readonly Value[][]): number {
    if (stream.length > 0) this.#clock.run(stream.length);
    const head = Number(this.#head.get()?.['head']);
    for (const [index, row] of stream.entries()) this.#stream.run(head - stream.length + 1 + index, ...row);
    this.#rows += stream.length;
    return head;
  }

  #statement(number: number): StatementSync {
    const known = this.#statements[number];
    if (typeof known !== 'string') {
      if (known === undefined) throw new Error(`statement ${number} was not defined`);
      return known;
    }
    return (this.#statements[number] = prepare(this.#database, known));
  }

  #rollback(): void {
    // Some failures (a full disk, for one) have ended the transaction already.
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }

  #reply(writes: number, head: number, refused: readonly Refusal[], split: boolean): GroupReply {
    return { head, refused, split, committed: refused.length < writes, statements: this.#ran, rows: this.#rows };
  }

  #unavailable(group: GroupMessage, error: unknown, split: boolean): GroupReply {
    const message = error instanceof Error ? error.message : String(error);
    const refused = Array.from({ length: group.writes }, (_, index) => ({ index, why: 'unavailable' as const, message }));
    return { head: 0, refused, split, committed: false, statements: this.#ran, rows: 0 };
  }
}

/**
 * Each `run` also reads the rowid that was inserted last on the connection, by whatever statement, a commit of the full-text index among
 * them; that index has rowids beyond 2^53, and without big integers reading one throws, after the statement was carried out.
 */
function prepare(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  return statement;
}

/** Walks through the two flat arrays of a group. */
class Cursor {
  readonly #group: GroupMessage;
  #script = 0;
  #value = 0;

  constructor(group: GroupMessage) {
    this.#group = group;
  }

  number(): number {
    const number = this.#group.script[this.#script++];
    if (number === undefined) throw new Error('a group ends too early');
    return number;
  }

  values(count: number): Value[] {
    const { bytes, values } = this.#group;
    const start = this.#value;
    this.#value += count;
    return values.slice(start, this.#value).map((value: PackedValue): Value => {
      if (value === null || typeof value !== 'object') return value;
      return bytes.subarray(value[0], value[0] + value[1]);
    });
  }

  mark(): { readonly script: number; readonly value: number } {
    return { script: this.#script, value: this.#value };
  }

  /** Goes to the end of the write that starts at the mark. */
  skipWrite(mark: { readonly script: number; readonly value: number }): void {
    this.#script = mark.script;
    this.#value = mark.value;
    const claims = this.number();
    this.#script += 3 * claims;
    for (let statements = this.number(); statements > 0; statements--) {
      this.#script += 1;
      this.#value += this.number();
      this.#script += 1;
    }
    this.#value += 5 * this.number();
  }
}
