/** A reporter that ends the process at the first test that fails: one is enough to know that a mutant was noticed. */
import type { TestsStream } from 'node:test';

type TestEvent = TestsStream extends AsyncIterable<infer Event> ? Event : { readonly type: string };

export default async function* firstFailure(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type } of events) {
    // oxlint-disable-next-line unicorn/no-process-exit -- the other tests of this process have nothing more to say
    if (type === 'test:fail') process.exit(1);
    yield '';
  }
}
