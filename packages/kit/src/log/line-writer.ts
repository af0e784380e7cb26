import { writeSync } from 'node:fs';

/** Lines wait for the end of the turn, but never more than this many characters. */
const waitingLengthMax = 64 * 1024;

export type LineWriter = { readonly write: (line: string) => void; readonly flush: () => void };

/** Writes lines to a file descriptor, those of one turn of the event loop in one call, so that logging costs little under load. */
export function lineWriter(fd: number): LineWriter {
  let waiting = '';
  let scheduled = false;
  const flush = (): void => {
    scheduled = false;
    const text = waiting;
    waiting = '';
    if (text !== '') writeAll(fd, Buffer.from(text));
  };
  const write = (line: string): void => {
    waiting += line;
    if (waiting.length >= waitingLengthMax) flush();
    else if (!scheduled) {
      scheduled = true;
      setImmediate(flush);
    }
  };
  return { write, flush };
}

/** A reader that is slow or gone must not stop the server: what a full pipe does not take after some tries is dropped. */
const triesMax = 100;

function writeAll(fd: number, bytes: Buffer): void {
  let offset = 0;
  for (let tries = 0; offset < bytes.length && tries < triesMax;) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      tries += 1;
    }
  }
}
