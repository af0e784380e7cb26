import { MatrixError } from '../../http/errors.ts';
import type { Flow, Stage } from './index.ts';

export type ChallengeState = {
  readonly flows: readonly Flow[];
  readonly session: string;
  readonly completed: readonly Stage[];
};

/** Why an attempt did not pass. */
export type Refusal = { readonly errcode: 'M_FORBIDDEN' | 'M_UNKNOWN' | 'M_UNRECOGNIZED'; readonly error: string };

/** The 401 answer of user-interactive authentication. The first one has no error code: nothing is wrong yet. */
export class UiaChallenge extends MatrixError {
  readonly #state: ChallengeState;
  readonly #refusal: Refusal | undefined;

  constructor(state: ChallengeState, refusal?: Refusal) {
    super(refusal?.errcode ?? 'M_FORBIDDEN', refusal?.error ?? 'This request needs further authentication.', { status: 401 });
    this.name = 'UiaChallenge';
    this.#state = state;
    this.#refusal = refusal;
  }

  override body(): Record<string, unknown> {
    const { flows, session, completed } = this.#state;
    return {
      ...(this.#refusal ? { errcode: this.#refusal.errcode, error: this.#refusal.error } : {}),
      flows: flows.map((stages) => ({ stages })),
      params: {},
      session,
      ...(completed.length === 0 ? {} : { completed }),
    };
  }
}
