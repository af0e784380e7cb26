import type { StatementNumbers } from '../dialect/statement-numbers.ts';
import type { Param } from '../query.ts';
import type { Write } from '../write.ts';
import type { GroupMessage, PackedValue } from './messages.ts';

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
    for (const { room, revision, next } of write.claims) this.#script.push(room, revision, next);
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
