import type { Migration } from './migration.ts';

/** What users changed about their push rules. */
export const pushRules: Migration = {
  number: 11,
  name: 'push-rules',
  // changes: `PushRuleChanges` as JSON; what the server defines is not in it. revision counts the changes.
  statements: ['CREATE TABLE push_rules (usr {number} PRIMARY KEY, revision BIGINT NOT NULL, changes {text} NOT NULL)'],
  // Programs that know only the schema before serve the server's rules to everybody.
  oldest: 1,
};
