import { type Database, type StreamEntry, streamKinds, type StreamRow } from '@hearth/storage';

/** Notices that wait for the one write that is under way. Above it, other nodes are not told: a lost notice is a small loss. */
const waitingMax = 10_000;
/** Rows of one write. */
const rowsMax = 200;

/** Somebody types for so long from now on, or (0) does not any more. */
export type TypingNotice = { readonly room: number; readonly user: number; readonly userId: string; readonly timeoutMs: number };

/**
 * Tells other nodes on the same database who types. The bus carries hints and no data, so a notice is a row of the stream, which
 * every node reads anyway (docs/decisions/009-typing-in-the-stream.md).
 */
export class TypingNews {
  readonly #database: Database;
  /** Which node speaks: its own rows come back to it. */
  readonly #node: string;
  readonly #onError: (error: unknown) => void;
  /** The newest of each person in each room. */
  readonly #waiting = new Map<string, TypingNotice>();
  #writing = false;

  constructor(database: Database, node: string, onError: (error: unknown) => void) {
    this.#database = database;
    this.#node = node;
    this.#onError = onError;
  }

  /** Does not wait: who types is not told that the others know. */
  tell(notice: TypingNotice): void {
    // SQLite has one node, which knows already.
    if (this.#database.engine === 'sqlite') return;
    const key = `${notice.room}/${notice.user}`;
    if (this.#waiting.size >= waitingMax && !this.#waiting.has(key)) return;
    this.#waiting.set(key, notice);
    if (!this.#writing) void this.#writeAll();
  }

  /** What another node told, if that is what the entry is. */
  heard(entry: StreamEntry): TypingNotice | undefined {
    if (entry.kind !== streamKinds.typing || entry.detail === null) return undefined;
    const [node, user, timeoutMs, ...userId] = entry.detail.split(' ');
    if (node === this.#node) return undefined;
    return { room: entry.subject, user: Number(user), userId: userId.join(' '), timeoutMs: Number(timeoutMs) };
  }

  /** One write at a time, each with all that came during the one before. */
  async #writeAll(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#waiting.size > 0) {
        const keys = [...this.#waiting.keys()].slice(0, rowsMax);
        const stream = keys.map((key) => this.#row(this.#waiting.get(key) as TypingNotice));
        for (const key of keys) this.#waiting.delete(key);
        await this.#database.write({ claims: [], statements: [], stream });
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#writing = false;
    }
  }

  #row({ room, user, userId, timeoutMs }: TypingNotice): StreamRow {
    return { kind: streamKinds.typing, room: null, usr: null, subject: room, detail: `${this.#node} ${user} ${timeoutMs} ${userId}` };
  }
}
