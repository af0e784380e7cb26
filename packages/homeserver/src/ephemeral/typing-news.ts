import { NodeNews, type NodeNewsDeps } from '../streams/node-news.ts';
import { type StreamEntry, streamKinds } from '@hearth/storage';

/** Somebody types for so long from now on, or (0) does not any more. */
export type TypingNotice = { readonly room: number; readonly user: number; readonly userId: string; readonly timeoutMs: number };

/** Tells other nodes who types. */
export class TypingNews {
  readonly #news: NodeNews;

  constructor(deps: Omit<NodeNewsDeps, 'kind'>) {
    this.#news = new NodeNews({ ...deps, kind: streamKinds.typing });
  }

  tell({ room, user, userId, timeoutMs }: TypingNotice): void {
    this.#news.tell(`${room}/${user}`, { subject: room, text: `${user} ${timeoutMs} ${userId}` });
  }

  /** What another node told, if that is what the entry is. */
  heard(entry: StreamEntry): TypingNotice | undefined {
    const notice = this.#news.heard(entry);
    if (!notice) return undefined;
    const [user, timeoutMs, ...userId] = notice.text.split(' ');
    return { room: notice.subject, user: Number(user), userId: userId.join(' '), timeoutMs: Number(timeoutMs) };
  }
}
