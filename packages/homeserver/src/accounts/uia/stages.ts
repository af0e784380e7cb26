import { MatrixError } from '../../http/errors.ts';
import type { Accounts } from '../accounts.ts';
import type { PasswordLogin } from '../password-login.ts';
import type { RegistrationTokens } from '../registration-tokens.ts';
import type { Refusal } from './challenge.ts';
import type { Stage } from './index.ts';

/** What a client sent for a stage; only strings are looked at. */
export type StageInput = {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The id of who is logged in; undefined at registration. */
  readonly userId: string | undefined;
  readonly ip: string;
};
export type StageResult = { readonly passed: true; readonly registrationToken?: string } | ({ readonly passed: false } & Refusal);

export type StageDeps = {
  readonly accounts: Accounts;
  readonly passwordLogin: PasswordLogin;
  readonly registrationTokens: RegistrationTokens;
};

/** One attempt at a stage. 429 M_LIMIT_EXCEEDED after too many wrong passwords. */
export async function tryStage(deps: StageDeps, stage: Stage, input: StageInput): Promise<StageResult> {
  switch (stage) {
    case 'm.login.dummy':
      return { passed: true };
    case 'm.login.registration_token':
      return registrationToken(deps, input);
    case 'm.login.password':
      return password(deps, input);
  }
}

async function registrationToken({ registrationTokens }: StageDeps, { fields }: StageInput): Promise<StageResult> {
  const token = fields['token'];
  if (typeof token === 'string' && (await registrationTokens.isValid(token))) return { passed: true, registrationToken: token };
  return forbidden('This registration token is not valid, or has been used up.');
}

/** The password of who is logged in; naming somebody else is refused before any password is looked at. */
async function password({ accounts, passwordLogin }: StageDeps, { fields, userId, ip }: StageInput): Promise<StageResult> {
  const named = namedUser(fields);
  if (userId === undefined) return forbidden('Nobody is logged in.');
  if (named === '') return forbidden('The password of the logged in user is needed, with an identifier of type m.id.user.');
  if (named !== undefined && accounts.loginId(named).toLowerCase() !== userId.toLowerCase()) {
    // No password would help, so this is no attempt that could be made again (401).
    throw new MatrixError('M_FORBIDDEN', 'The password of the logged in user is needed.');
  }
  const given = fields['password'];
  if (typeof given !== 'string') return forbidden('The password is missing.');
  const account = await passwordLogin.check(userId, given, ip);
  return account ? { passed: true } : forbidden('The password is wrong.');
}

function namedUser(fields: Readonly<Record<string, unknown>>): string | undefined {
  const { identifier } = fields;
  if (typeof identifier === 'object' && identifier !== null) {
    const { type, user } = identifier as { type?: unknown; user?: unknown };
    // Identifiers of other kinds name nobody: no account of this server has an e-mail address or telephone number.
    return type === 'm.id.user' && typeof user === 'string' ? user : '';
  }
  return typeof fields['user'] === 'string' ? fields['user'] : undefined;
}

function forbidden(error: string): StageResult {
  return { passed: false, errcode: 'M_FORBIDDEN', error };
}
