import type { Migration } from './migration.ts';

/** How many aliases somebody has made is counted before they make another. */
export const aliasesByCreator: Migration = {
  number: 26,
  name: 'aliases-by-creator',
  statements: ['CREATE INDEX aliases_creator ON aliases (creator)'],
  oldest: 1,
};
