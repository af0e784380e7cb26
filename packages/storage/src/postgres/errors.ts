/**
 * What an error means for the statement, or the group, that met it. `lost`: the connection is gone, and with it the answer.
 * `busy`: locks; the same again may work. `unavailable`: the database cannot do it now, whatever the statement.
 */
export type Failure = 'lost' | 'busy' | 'unavailable' | 'duplicate' | 'assertion' | 'out-of-range' | 'failed';

/** SQLSTATE codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const byCode: Readonly<Record<string, Failure>> = {
  '40P01': 'busy', // deadlock detected
  '40001': 'busy', // serialization failure
  '55P03': 'busy', // lock not available (lock_timeout)
  '57014': 'unavailable', // query canceled (statement_timeout)
  '25006': 'unavailable', // read-only transaction: a standby
  '23505': 'duplicate', // unique violation
  '22012': 'assertion', // division by zero: how our statements say that a claim or a guard does not hold
  '22003': 'out-of-range', // numeric value out of range
};
/** Classes: insufficient resources, operator intervention, system error, internal error (corruption). */
const unavailableClasses: ReadonlySet<string> = new Set(['53', '57', '58', 'XX']);

export function classify(error: unknown): Failure {
  if (!isServerError(error) || error.severity === 'FATAL' || error.severity === 'PANIC') return 'lost';
  return byCode[error.code] ?? (unavailableClasses.has(error.code.slice(0, 2)) ? 'unavailable' : 'failed');
}

function isServerError(error: unknown): error is Error & { code: string; severity: string } {
  return (
    error instanceof Error && 'severity' in error && typeof error.severity === 'string' && 'code' in error && typeof error.code === 'string'
  );
}
