import { NodeNews, type NodeNewsDeps } from '../streams/node-news.ts';
import type { Presence, PresenceState } from './state.ts';
import { type StreamEntry, streamKinds } from '@hearth/storage';

/** What the devices of one person come to at one node. */
export type PresenceNotice = Presence & { readonly user: number; readonly userId: string; readonly activeAgoMs: number | undefined };

/** `hello`: a node begins and knows nobody. `alive`: it is there. `gone`: it ends, and nobody is online there any more. */
export type NodeWord = 'hello' | 'alive' | 'gone';

export type Heard = { readonly node: string } & (PresenceNotice | { readonly word: NodeWord });

/** Tells other nodes who is online at this one. */
export class PresenceNews {
  readonly #news: NodeNews;

  constructor(deps: Omit<NodeNewsDeps, 'kind'>) {
    this.#news = new NodeNews({ ...deps, kind: streamKinds.presence });
  }

  tell({ user, userId, state, statusMsg, isFree, activeAgoMs }: PresenceNotice): void {
    this.#news.tell(String(user), { subject: user, text: JSON.stringify([userId, state, activeAgoMs ?? null, isFree, statusMsg ?? null]) });
  }

  say(word: NodeWord): void {
    this.#news.tell(word, { subject: 0, text: word });
  }

  /** What another node told, if that is what the entry is. */
  heard(entry: StreamEntry): Heard | undefined {
    const notice = this.#news.heard(entry);
    if (!notice) return undefined;
    const { node, subject, text } = notice;
    if (subject === 0) return { node, word: text as NodeWord };
    const [userId, state, activeAgoMs, isFree, statusMsg] = JSON.parse(text) as [
      string,
      PresenceState,
      number | null,
      boolean,
      string | null,
    ];
    return { node, user: subject, userId, state, isFree, activeAgoMs: activeAgoMs ?? undefined, statusMsg: statusMsg ?? undefined };
  }

  settled(): Promise<void> {
    return this.#news.settled();
  }
}
