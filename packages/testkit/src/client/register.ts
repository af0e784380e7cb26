import assert from 'node:assert/strict';

import type { Answer, TestClient } from './test-client.ts';

export type RegisterOptions = {
  /** For servers that ask for one (m.login.registration_token). */
  readonly registrationToken?: string;
  /** Further fields of the request's body, for instance device_id. */
  readonly body?: Readonly<Record<string, unknown>>;
};

/** No flow of a test server has more stages than this. */
const STAGES_MAX = 5;

/**
 * Registers as a client does: asks, and goes through the stages that the server names, if they are ones
 * that need no person. https://spec.matrix.org/v1.19/client-server-api/#user-interactive-authentication-api
 */
export async function register(
  client: Pick<TestClient, 'request'>,
  username: string,
  password: string,
  options: RegisterOptions = {},
): Promise<Answer['body']> {
  const stages: Record<string, Record<string, unknown>> = { 'm.login.dummy': {} };
  if (options.registrationToken !== undefined) {
    stages['m.login.registration_token'] = { token: options.registrationToken };
  }
  let auth: Record<string, unknown> | undefined;
  for (let step = 0; step <= STAGES_MAX; step += 1) {
    const body = { username, password, ...options.body, ...(auth === undefined ? {} : { auth }) };
    const answer = await client.request('POST', '/_matrix/client/v3/register', { body, token: null });
    if (answer.status !== 401 || answer.body?.flows === undefined) {
      assert.equal(answer.status, 200, `registering ${username}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    }
    const stage = nextStage(answer.body, Object.keys(stages));
    assert.ok(stage !== undefined, `registering ${username}: no flow that a test can go: ${JSON.stringify(answer.body)}`);
    auth = { type: stage, session: answer.body.session, ...stages[stage] };
  }
  assert.fail(`registering ${username}: the server asks for more than ${STAGES_MAX} stages`);
}

function nextStage(body: { flows: { stages: string[] }[]; completed?: string[] }, possible: readonly string[]): string | undefined {
  const flow = body.flows.find(({ stages }) => stages.every((stage) => possible.includes(stage)));
  return flow?.stages.find((stage) => !(body.completed ?? []).includes(stage));
}
