import { countIndexPages, pagesRewritten } from './store.ts';
import type { Database } from '@hearth/storage';

/** The pages of the index, which keep words of deleted events until they are rewritten. */
export class IndexPages {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  count(): Promise<number> {
    return countIndexPages(this.#database.reader);
  }

  /** `begin`: all pages that there are now are to be rewritten, these first. */
  async rewrite(pages: number, begin: boolean): Promise<void> {
    await this.#database.write({ claims: [], statements: [pagesRewritten(pages, begin)], stream: [] });
  }
}
