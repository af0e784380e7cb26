import type { Database, StreamEntry, StreamRow } from '@hearth/storage';

/** Notices that wait for the one write that is under way. Above it, other nodes are not told: a lost notice is a small loss. */
const waitingMax = 10_000;
/** Rows of one write. */
const rowsMax = 200;

export type NodeNewsDeps = {
  readonly database: Database;
  /** Which node speaks: its own rows come back to it. */
  readonly node: string;
  readonly kind: number;
  readonly onError: (error: unknown) => void;
};

/** What one node tells the others: about what, and a text that only its kind understands. */
export type NodeNotice = { readonly subject: number; readonly text: string };

/**
 * Tells other nodes on the same database what lives in memory only. The bus carries hints and no data, so a notice is a row of the stream,
 * which every node reads anyway (docs/decisions/009-typing-in-the-stream.md).
 */
export class NodeNews {
  readonly #deps: NodeNewsDeps;
  /** The newest under each key. */
  readonly #waiting = new Map<string, NodeNotice>();
  #writing: Promise<void> | undefined;

  constructor(deps: NodeNewsDeps) {
    this.#deps = deps;
  }

  /** Does not wait: who says something is not told that the others know. What is told under a key replaces what waits under it. */
  tell(key: string, notice: NodeNotice): void {
    // SQLite has one node, which knows already.
    if (this.#deps.database.engine === 'sqlite') return;
    if (this.#waiting.size >= waitingMax && !this.#waiting.has(key)) return;
    this.#waiting.set(key, notice);
    this.#writing ??= this.#writeAll();
  }

  /** What another node told, if that is what the entry is. */
  heard(entry: StreamEntry): (NodeNotice & { readonly node: string }) | undefined {
    if (entry.kind !== this.#deps.kind || entry.detail === null) return undefined;
    const space = entry.detail.indexOf(' ');
    const node = entry.detail.slice(0, space);
    return node === this.#deps.node ? undefined : { node, subject: entry.subject, text: entry.detail.slice(space + 1) };
  }

  /** Resolves when what was told so far is written, or could not be. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** One write at a time, each with all that came during the one before. */
  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.size > 0) {
        const told = [...this.#waiting].slice(0, rowsMax);
        for (const [key] of told) this.#waiting.delete(key);
        await this.#deps.database.write({ claims: [], statements: [], stream: told.map(([, notice]) => this.#row(notice)) });
      }
    } catch (error) {
      this.#deps.onError(error);
    } finally {
      this.#writing = undefined;
    }
  }

  #row({ subject, text }: NodeNotice): StreamRow {
    return { kind: this.#deps.kind, room: null, usr: null, subject, detail: `${this.#deps.node} ${text}` };
  }
}
