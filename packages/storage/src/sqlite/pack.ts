import { expandQuery } from '../dialect/macros.ts';
import { renderInsert } from '../dialect/insert.ts';
import type { Param, Query } from '../query.ts';
import type { Insert, Write } from '../write.ts';
import type { GroupMessage, PackedValue } from './messages.ts';

/** Different statements of one database. They are constants of the code; more means that somebody builds SQL from input. */
const statementsMax = 5_000;

/** Gives statements the numbers by which a thread knows them, and remembers which ones it was not told yet. */
export class StatementNumbers {
  readonly #byIdentity = new WeakMap<object, number>();
  readonly #byName = new Map<string, { readonly number: number; readonly sql: string }>();
  readonly #all: string[] = [];
  #told = 0;

  ofInsert(insert: Insert): number {
    return this.#byIdentity.get(insert) ?? this.#add(insert, `insert ${insert.name}`, renderInsert('sqlite', insert));
  }

  ofQuery(query: Query<unknown>): number {
    return this.#byIdentity.get(query) ?? this.#add(query, query.name, expandQuery('sqlite', query.sql));
  }

  sqlOf(number: number): string {
    const sql = this.#all[number];
    if (sql === undefined) throw new Error(`statement ${number} does not exist`);
    return sql;
  }

  /** What the thread must learn before the next message. */
  takeUntold(): string[] {
    const untold = this.#all.slice(this.#told);
    this.#told = this.#all.length;
    return untold;
  }

  /** A new thread knows nothing. */
  forgetTold(): void {
    this.#told = 0;
  }

  #add(identity: object, name: string, sql: string): number {
    const known = this.#byName.get(name);
    if (known !== undefined && known.sql !== sql) throw new Error(`two statements have the name "${name}"`);
    const number = known?.number ?? this.#all.length;
    if (known === undefined) {
      if (number >= statementsMax) throw new Error(`more than ${statementsMax} different statements`);
      this.#all.push(sql);
      this.#byName.set(name, { number, sql });
    }
    this.#byIdentity.set(identity, number);
    return number;
  }
}

/** A parameter as SQLite takes it: arrays become JSON for json_each. */
export function bindValue(param: Param): number | string | Uint8Array | null {
  return typeof param === 'object' && param !== null && !(param instanceof Uint8Array) ? JSON.stringify(param) : param;
}

export function packGroup(writes: readonly Write[], numbers: StatementNumbers): GroupMessage {
  const packer = new Packer(numbers);
  for (const write of writes) packer.add(write);
  return packer.finish(writes.length);
}

class Packer {
  readonly #numbers: StatementNumbers;
  readonly #script: number[] = [];
  readonly #values: PackedValue[] = [];
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(numbers: StatementNumbers) {
    this.#numbers = numbers;
  }

  add(write: Write): void {
    this.#script.push(write.claims.length);
    for (const { room, revision } of write.claims) this.#script.push(room, revision);
    this.#script.push(write.statements.length);
    for (const statement of write.statements) {
      if ('insert' in statement) {
        this.#script.push(this.#numbers.ofInsert(statement.insert), statement.row.length, -1);
        for (const param of statement.row) this.#value(param);
      } else {
        this.#script.push(this.#numbers.ofQuery(statement.run), statement.params.length, statement.mustChange ?? -1);
        for (const param of statement.params) this.#value(param);
      }
    }
    this.#script.push(write.stream.length);
    for (const row of write.stream) this.#values.push(row.kind, row.room, row.usr, row.subject, row.detail);
  }

  finish(writes: number): GroupMessage {
    const bytes = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    return { kind: 'group', define: this.#numbers.takeUntold(), writes, script: this.#script, values: this.#values, bytes };
  }

  #value(param: Param): void {
    const value = bindValue(param);
    if (!(value instanceof Uint8Array)) {
      this.#values.push(value);
      return;
    }
    this.#values.push([this.#length, value.length]);
    this.#chunks.push(value);
    this.#length += value.length;
  }
}
