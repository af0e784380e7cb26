import { MatrixError } from '../http/errors.ts';
import type { Clock, Random } from '@hearth/kit';
import { command, type Database, type Insert, point, scan, type Statement, WriteRefused } from '@hearth/storage';

export type RegistrationToken = {
  readonly token: string;
  /** Null: as often as you like. */
  readonly usesAllowed: number | null;
  readonly completed: number;
  readonly expiresTs: number | null;
};
type Row = { token: string; uses_allowed: number | null; completed: number; expires_ts: number | null };

const columns = 'token, uses_allowed, completed, expires_ts';
const tokenRow = point<Row>('registration-tokens-one', `SELECT ${columns} FROM registration_tokens WHERE token = $1`);
const tokenRows = scan<Row>('registration-tokens-all', `SELECT ${columns} FROM registration_tokens ORDER BY token LIMIT 10000`);
const insertToken: Insert = {
  name: 'registration-tokens-insert',
  table: 'registration_tokens',
  columns: [
    { name: 'token', type: 'text' },
    { name: 'uses_allowed', type: 'integer' },
    { name: 'pending', type: 'integer' },
    { name: 'completed', type: 'integer' },
    { name: 'expires_ts', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const useToken = command(
  'registration-tokens-use',
  `UPDATE registration_tokens SET completed = completed + 1
   WHERE token = $1 AND (uses_allowed IS NULL OR completed < uses_allowed) AND (expires_ts IS NULL OR expires_ts > $2)`,
);
const deleteToken = command('registration-tokens-delete', 'DELETE FROM registration_tokens WHERE token = $1');

/** https://spec.matrix.org/v1.19/client-server-api/#token-authenticated-registration */
const tokenForm = /^[0-9A-Za-z\-._~]{1,64}$/;
const newTokenBits = 96;

/** Tokens with which people may register who were given one. */
export class RegistrationTokens {
  readonly #deps: { readonly database: Database; readonly clock: Clock; readonly random: Random };

  constructor(deps: { readonly database: Database; readonly clock: Clock; readonly random: Random }) {
    this.#deps = deps;
  }

  async isValid(token: string): Promise<boolean> {
    if (!tokenForm.test(token)) return false;
    const row = await this.#deps.database.reader.first(tokenRow, [token]);
    if (!row) return false;
    const isLeft = row.uses_allowed === null || row.completed < row.uses_allowed;
    return isLeft && (row.expires_ts === null || row.expires_ts > this.#deps.clock.now());
  }

  /** The row that uses it once, for the write that makes the account; its guard fails when nothing is left. */
  use(token: string): Statement {
    return { run: useToken, params: [token, this.#deps.clock.now()], mustChange: 1 };
  }

  /** 400 M_INVALID_PARAM for a token of another form, or one that is there already. */
  async create(
    options: { readonly token?: string; readonly usesAllowed?: number; readonly expiresTs?: number } = {},
  ): Promise<RegistrationToken> {
    const { database, random } = this.#deps;
    const token = options.token ?? random.token(newTokenBits);
    if (!tokenForm.test(token))
      throw new MatrixError('M_INVALID_PARAM', 'A registration token has 1 to 64 letters, digits and characters of - . _ ~');
    const made = { token, usesAllowed: options.usesAllowed ?? null, completed: 0, expiresTs: options.expiresTs ?? null };
    try {
      const statement: Statement = { insert: insertToken, row: [token, made.usesAllowed, 0, 0, made.expiresTs] };
      await database.write({ claims: [], statements: [statement], stream: [] });
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'duplicate')
        throw new MatrixError('M_INVALID_PARAM', 'This registration token is there already.');
      throw error;
    }
    return made;
  }

  /** Up to 10,000. */
  async list(): Promise<RegistrationToken[]> {
    const rows = await this.#deps.database.reader.all(tokenRows, []);
    return rows.map((row) => ({ token: row.token, usesAllowed: row.uses_allowed, completed: row.completed, expiresTs: row.expires_ts }));
  }

  async remove(token: string): Promise<void> {
    await this.#deps.database.write({ claims: [], statements: [{ run: deleteToken, params: [token] }], stream: [] });
  }
}
