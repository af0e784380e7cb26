import assert from 'node:assert/strict';

import { answerChannel } from '../evidence/answer-channel.ts';
import type { CheckedAnswer } from '../evidence/answer-channel.ts';
import { findOperation } from './find-operation.ts';
import { isSpecError, SPEC_ERRORS } from './spec-errors.ts';
import type { SpecError } from './spec-errors.ts';
import { specification } from './specification.ts';
import type { Specification } from './specification.ts';
import { responseValidator } from './validator.ts';
import type { Problem, ResponseValidator } from './validator.ts';

export type Exchange = {
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  readonly status: number;
  /** The parsed JSON; undefined when the answer is not JSON. */
  readonly body: unknown;
};

/** Told about every answer that was looked at; `operationId` is undefined where nothing is specified. */
export type OnChecked = (exchange: Exchange, operationId: string | undefined) => void;

export type CheckOptions = {
  readonly validator?: ResponseValidator;
  readonly onChecked?: OnChecked;
  /** Places to leave unchecked, each with its reason, beside those that are known for every test. */
  readonly except?: readonly SpecError[];
};

/** Part of the content, content that the client has, and a part that is not there: answers of HTTP, which no operation specifies. */
const statusesOfHttp: ReadonlySet<number> = new Set([206, 304, 416]);

/**
 * Throws an AssertionError when an answer is not as the specification says, naming the request and the
 * JSON pointer of each problem. Answers to unknown operations pass, and so do bodies that are not JSON
 * where the specification says nothing about a JSON body.
 */
export function responseChecker(options: CheckOptions = {}): (exchange: Exchange) => void {
  const spec: Specification = specification();
  const validator = options.validator ?? responseValidator(spec);
  const except = [...SPEC_ERRORS, ...(options.except ?? [])];
  return (exchange) => {
    const operationId = findOperation(spec, exchange.method, exchange.path)?.operation.operationId;
    options.onChecked?.(exchange, operationId);
    const isHttpsOwn = statusesOfHttp.has(exchange.status) && exchange.body === undefined;
    if (operationId !== undefined && !isHttpsOwn) {
      const found = validator.validate(exchange.method, exchange.path, exchange.status, exchange.body) ?? [];
      const problems = found.filter((problem) => !isSpecError(except, operationId, problem.pointer));
      assert.ok(problems.length === 0, describe(exchange, operationId, problems));
    }
    if (answerChannel.hasSubscribers) answerChannel.publish(answerOf(exchange));
  };
}

function answerOf({ method, path, status, body }: Exchange): CheckedAnswer {
  const errcode = (body as { readonly errcode?: unknown } | null | undefined)?.errcode;
  return { method, path, status, errcode: typeof errcode === 'string' ? errcode : undefined };
}

/** Wraps a function that makes requests, so that each of its answers is checked. */
export function checkedFetch<Options, Answer extends { readonly status: number; readonly body: unknown }>(
  fetch: (method: string, path: string, options: Options) => Promise<Answer>,
  options: CheckOptions = {},
): (method: string, path: string, options: Options) => Promise<Answer> {
  const check = responseChecker(options);
  return async (method, path, requestOptions) => {
    const answer = await fetch(method, path, requestOptions);
    check({ method, path, status: answer.status, body: answer.body });
    return answer;
  };
}

function describe(exchange: Exchange, operationId: string, problems: readonly Problem[]): string {
  const lines = problems.map((problem) => `  at ${problem.pointer === '' ? '(the body)' : problem.pointer}: ${problem.message}`);
  const body = exchange.body === undefined ? 'not JSON' : JSON.stringify(exchange.body).slice(0, 2_000);
  return [
    `${exchange.method} ${exchange.path} answered ${exchange.status}, not as ${operationId} is specified:`,
    ...lines,
    `  body: ${body}`,
  ].join('\n');
}
