import type { Readable, Writable } from 'node:stream';

import { type Environment, readEnvironment } from '@hearth/kit';

/** What a command sees of the world outside; tests hand in their own. */
export type CommandIo = {
  readonly env: Environment;
  /** Where a person types, or a pipe. `isTTY` tells which. */
  readonly input: Readable & { readonly isTTY?: boolean };
  /** Answers: what another program may read. */
  readonly output: Writable & { readonly isTTY?: boolean };
  /** Questions, hints and complaints. */
  readonly messages: Writable & { readonly isTTY?: boolean };
};

export function processIo(): CommandIo {
  return { env: readEnvironment(), input: process.stdin, output: process.stdout, messages: process.stderr };
}
