import { type Insert, point, type Reader, type RowStatement } from '@hearth/storage';

const lastTransaction = point<{ txn_id: string; answer: string }>(
  'federation-last-transaction',
  'SELECT txn_id, answer FROM received_transactions WHERE origin = $1',
);

export function readLastTransaction(reader: Reader, origin: string): Promise<{ txn_id: string; answer: string } | undefined> {
  return reader.first(lastTransaction, [origin]);
}

const putTransaction: Insert = {
  name: 'federation-received-transaction',
  table: 'received_transactions',
  columns: [
    { name: 'origin', type: 'text' },
    { name: 'txn_id', type: 'text' },
    { name: 'answer', type: 'text' },
  ],
  onConflict: { do: 'replace', key: ['origin'] },
};

export function transactionRow(origin: string, txnId: string, answer: string): RowStatement {
  return { insert: putTransaction, row: [origin, txnId, answer] };
}
