import { channel } from 'node:diagnostics_channel';

/** What a test was answered, after the body was found to be as specified. */
export type CheckedAnswer = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly errcode: string | undefined;
};

/** Nobody listens but a run of all tests, see record-answers.ts. */
export const answerChannel = channel('hearth:checked-answer');
