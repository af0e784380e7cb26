import type { Slice } from '../slice.ts';
import type { TailConsumer } from '../streams/tail.ts';
import { postReceipt, setReadMarker } from './client-api/receipts.ts';
import { setTyping } from './client-api/set-typing.ts';
import { receiptsSection } from './receipts-section.ts';
import { Receipts, type ReceiptsDeps } from './receipts.ts';
import { TypingNews } from './typing-news.ts';
import { Typing, type TypingDeps } from './typing.ts';

export type EphemeralDeps = Omit<TypingDeps, 'news'> & ReceiptsDeps & { readonly onError: (error: unknown) => void };

/** What is said without words: typing, and how far one has read. `consume` must be given the stream. */
export function createEphemeral(deps: EphemeralDeps): Slice & { readonly consume: TailConsumer } {
  const typing = new Typing({
    ...deps,
    news: new TypingNews({ database: deps.database, node: deps.counter.epoch, onError: deps.onError }),
  });
  const receipts = new Receipts(deps);
  return {
    name: 'ephemeral',
    routes: [setTyping(typing), postReceipt(receipts), setReadMarker(receipts)],
    streams: [receiptsSection(deps), typing.section],
    jobs: [],
    projections: [],
    consume: typing.consume,
  };
}
