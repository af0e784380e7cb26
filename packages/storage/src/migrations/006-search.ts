import type { Migration } from './migration.ts';

/** Which words stand in which events. */
export const search: Migration = {
  number: 6,
  name: 'search',
  statements: ['{search_table}', '{search_index}'],
  oldest: 1,
};
