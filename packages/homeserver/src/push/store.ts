import { command, type Insert, point, type Reader, type Statement } from '@hearth/storage';

export type PushRulesRow = { readonly revision: number; readonly changes: string };

const ofUser = point<PushRulesRow>('push-rules-of-user', 'SELECT revision, changes FROM push_rules WHERE usr = $1');
const insertFirst: Insert = {
  name: 'push-rules-insert',
  table: 'push_rules',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'revision', type: 'integer' },
    { name: 'changes', type: 'text' },
  ],
  onConflict: { do: 'fail' },
};
const replace = command(
  'push-rules-replace',
  'UPDATE push_rules SET revision = revision + 1, changes = $2 WHERE usr = $1 AND revision = $3',
);
const deleteAll = command('push-rules-delete', 'DELETE FROM push_rules WHERE usr = $1');

export function readPushRules(reader: Reader, user: number): Promise<PushRulesRow | undefined> {
  return reader.first(ofUser, [user]);
}

/** Stores changes that were made from `before`; refused if another request was quicker. */
export function pushRulesChange(user: number, before: PushRulesRow | undefined, changes: string): Statement {
  if (before === undefined) return { insert: insertFirst, row: [user, 1, changes] };
  return { run: replace, params: [user, changes, before.revision], mustChange: 1 };
}

export function pushRulesErasure(user: number): Statement {
  return { run: deleteAll, params: [user] };
}
