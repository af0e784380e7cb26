import { MatrixError } from '../../http/errors.ts';
import type { PreparedJson } from '../../http/route.ts';
import { type PduDeps, receiveTransactionPdus } from './pdus.ts';
import { readLastTransaction, transactionRow } from './transactions-store.ts';
import { type JsonValue, utf8Length } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** Transactions of one server that are being worked on. A server sends them one after the other. */
const underWayMax = 4;
/** Greatest answer that is kept: one sentence for each of fifty events. */
const answerBytesMax = 64 * 1024;

export type TransactionDeps = PduDeps & {
  readonly database: Database;
  /** A server has shown that it is there. */
  readonly heardFrom: (origin: string) => Promise<void>;
};

/**
 * What other servers send. The same transaction again, as when its answer was lost, is answered as the first time and done once: also when
 * it comes while the first is under way, and after a restart for the last one of each server, since none is sent before the one before was
 * answered. What failed in between is simply done again, as events that are known stay as they are.
 */
export class Transactions {
  readonly #deps: TransactionDeps;
  readonly #underWay = new Map<string, Map<string, Promise<string>>>();
  constructor(deps: TransactionDeps) {
    this.#deps = deps;
  }

  async receive(origin: string, txnId: string, pdus: readonly JsonValue[]): Promise<PreparedJson> {
    const ofOrigin = this.#underWay.get(origin) ?? new Map<string, Promise<string>>();
    let answer = ofOrigin.get(txnId);
    if (answer === undefined) {
      if (ofOrigin.size >= underWayMax) {
        throw new MatrixError('M_LIMIT_EXCEEDED', 'Send one transaction after the other.', { extra: { retry_after_ms: 1000 } });
      }
      answer = this.#answer(origin, txnId, pdus).finally(() => {
        ofOrigin.delete(txnId);
        if (ofOrigin.size === 0) this.#underWay.delete(origin);
      });
      this.#underWay.set(origin, ofOrigin.set(txnId, answer));
    }
    return { preparedJson: Buffer.from(await answer) };
  }

  async #answer(origin: string, txnId: string, pdus: readonly JsonValue[]): Promise<string> {
    const { database, heardFrom } = this.#deps;
    await heardFrom(origin);
    const last = await readLastTransaction(database.reader, origin);
    if (last?.txn_id === txnId) return last.answer;
    const results = await receiveTransactionPdus(this.#deps, origin, pdus);
    const answer = JSON.stringify({ pdus: results });
    if (utf8Length(answer) <= answerBytesMax) {
      await database.write({ claims: [], statements: [transactionRow(origin, txnId, answer)], stream: [] });
    }
    return answer;
  }
}
