import assert from 'node:assert/strict';

import { findOperation } from '../spec/find-operation.ts';
import type { JsonType } from '../spec/schema-view.ts';
import { specification } from '../spec/specification.ts';
import type { Json } from '../spec/types.ts';
import { wrongBodies } from '../spec/wrong-types.ts';
import type { TestClient } from './test-client.ts';

export type WrongTypeAnswer = {
  /** The field that had the wrong type. */
  readonly pointer: string;
  readonly expected: readonly JsonType[];
  readonly given: JsonType;
  readonly status: number;
  readonly errcode: string | undefined;
};

/**
 * Sends a request once for each way in which one field of its body can have a wrong type, and fails as
 * soon as one is answered with a 5xx. Whether each must be refused is for the test to say:
 *
 *     const answers = await answersToWrongTypes(alice, 'POST', '/_matrix/client/v3/createRoom', {});
 *     assert.deepEqual(answers.filter((answer) => answer.status !== 400), []);
 *
 * @param base a body that the server accepts; by default a sample with every field that is specified
 */
export async function answersToWrongTypes(
  client: Pick<TestClient, 'request'>,
  method: string,
  path: string,
  base?: Json,
): Promise<readonly WrongTypeAnswer[]> {
  const spec = specification();
  const found = findOperation(spec, method, path);
  assert.ok(found !== undefined, `${method} ${path} is not specified`);
  const answers: WrongTypeAnswer[] = [];
  for (const { body, ...wrong } of wrongBodies(spec, found.operation, base)) {
    const answer = await client.request(method, path, { body });
    const field = wrong.pointer === '' ? '(the body)' : wrong.pointer;
    const what = `${wrong.given} instead of ${wrong.expected.join(' or ')} at ${field}`;
    assert.ok(answer.status < 500, `${method} ${path}: ${what} was answered with ${answer.status}`);
    answers.push({ ...wrong, status: answer.status, errcode: answer.body?.errcode as string | undefined });
  }
  assert.ok(answers.length > 0, `${method} ${path} has no request body`);
  return answers;
}
