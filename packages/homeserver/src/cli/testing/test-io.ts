import { PassThrough } from 'node:stream';

import type { CommandIo } from '../io.ts';

export type TestIoOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** What comes from a pipe. */
  readonly input?: string;
  /** Instead: what a person types, a line for each question. */
  readonly typed?: readonly string[];
};

export type TestIo = CommandIo & { readonly said: () => string; readonly complained: () => string };

/** A terminal or a pipe for a command under test. */
export function testIo({ env = {}, input = '', typed }: TestIoOptions = {}): TestIo {
  const stream = new PassThrough();
  const texts = { said: '', complained: '' };
  const lines = [...(typed ?? [])];
  const output = new PassThrough().on('data', (part: Buffer) => (texts.said += part.toString()));
  const messages = new PassThrough().on('data', (part: Buffer) => {
    texts.complained += part.toString();
    // A person types when asked.
    if (part.toString().endsWith(': ')) setImmediate(() => stream.write(`${lines.shift() ?? '\u0003'}\r`));
  });
  if (typed === undefined) stream.end(input);
  return {
    env,
    input: Object.assign(stream, { isTTY: typed !== undefined }),
    output,
    messages,
    said: () => texts.said,
    complained: () => texts.complained,
  };
}
