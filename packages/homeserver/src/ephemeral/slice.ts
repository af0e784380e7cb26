import type { Slice } from '../slice.ts';
import { postReceipt, setReadMarker } from './client-api/receipts.ts';
import { setTyping } from './client-api/set-typing.ts';
import { Receipts, type ReceiptsDeps } from './receipts.ts';
import { Typing, type TypingDeps } from './typing.ts';

/** What is said without words: typing, and how far one has read. */
export function createEphemeral(deps: TypingDeps & ReceiptsDeps): Slice {
  const typing = new Typing(deps);
  const receipts = new Receipts(deps);
  return {
    name: 'ephemeral',
    routes: [setTyping(typing), postReceipt(receipts), setReadMarker(receipts)],
    streams: [receipts.section, typing.section],
    jobs: [],
    projections: [],
  };
}
