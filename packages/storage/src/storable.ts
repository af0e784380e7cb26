import type { Param } from './query.ts';
import { type InsertColumn, type RowStatement, type Statement, type Write, WriteRefused } from './write.ts';

/**
 * PostgreSQL cannot store U+0000, nor what is not well-formed UTF-8; a number above 2^53 would change on its way. Both engines
 * refuse the same values, so that what works on one works on the other.
 */
export function isStorable(value: number | string | Uint8Array | null): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (value === null || value instanceof Uint8Array) return true;
  throw new TypeError(`a parameter is ${typeof value}: only integers, strings, Uint8Array and null can be stored`);
}

export function isParamStorable(param: Param): boolean {
  return isArrayParam(param) ? param.every(isStorable) : isStorable(param);
}

export function isArrayParam(param: Param): param is readonly number[] | readonly string[] {
  return Array.isArray(param);
}

/**
 * Parameters of a read. A value that no row can hold finds nothing: `undefined` says so for the whole query; in an array it
 * is left out.
 */
export function readableParams(params: readonly Param[]): readonly Param[] | undefined {
  if (params.every(isParamStorable)) return params;
  if (params.some((param) => !isArrayParam(param) && !isStorable(param))) return undefined;
  return params.map((param) => (isArrayParam(param) ? (param as readonly (number | string)[]).filter(isStorable) : param) as Param);
}

/** Throws WriteRefused('unstorable') when a write holds a value that cannot be stored, and an Error when its shape is wrong. */
export function assertStorable(write: Write): void {
  for (const claim of write.claims) if (![claim.room, claim.revision, claim.next].every(isStorable)) refuse('a room claim');
  for (const statement of write.statements) {
    if ('insert' in statement) assertFits(statement);
    if (!paramsOf(statement).every(isParamStorable)) refuse('insert' in statement ? statement.insert.name : statement.run.name);
  }
  for (const row of write.stream) {
    if (!isStorable(row.kind) || !isStorable(row.room) || !isStorable(row.usr) || !isStorable(row.subject) || !isStorable(row.detail)) {
      refuse('a stream row');
    }
  }
}

/** A row with other kinds of values than its columns is a mistake of the code. The engines would take it in different ways. */
function assertFits({ insert, row }: RowStatement): void {
  if (row.length !== insert.columns.length)
    throw new TypeError(`a row of ${insert.name} has ${row.length} values for ${insert.columns.length} columns`);
  for (const [index, { name, type }] of insert.columns.entries()) {
    const value = row[index];
    if (value !== null && kindOf(value) !== type) throw new TypeError(`a row of ${insert.name} has a value that is not ${type} in ${name}`);
  }
}

function kindOf(value: Param | undefined): InsertColumn['type'] | undefined {
  if (typeof value === 'number') return 'integer';
  if (typeof value === 'string') return 'text';
  return value instanceof Uint8Array ? 'bytes' : undefined;
}

function paramsOf(statement: Statement): readonly Param[] {
  return 'insert' in statement ? statement.row : statement.params;
}

function refuse(where: string): never {
  throw new WriteRefused('unstorable', `${where} holds U+0000, text that is not well-formed, or a number outside of ±2^53`);
}
