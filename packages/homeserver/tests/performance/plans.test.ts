import assert from 'node:assert/strict';
import { test } from 'node:test';

// The whole program with its commands: what it loads has made every query that it can run.
import '../../src/cli/run-command.ts';
import { type FullScans, NoCluster, queriesMade, withPostgresPlans, withSqlitePlans } from '@hearth/storage/testing';

/** Fewer would mean that the program's modules were not all loaded. */
const queriesMin = 300;

/** Queries that may walk through a table or an index, and why that does not cost what the server has grown to. */
const exceptions: Readonly<Record<string, string>> = {
  'accounts-any': 'ends at the first row',
  'delayed-events-next': 'ends at the first entry of an index of what is scheduled',
  'directory-delete-lists': 'the table holds 500 lists and is where they are forgotten',
  'engine-abandoned-imports': 'the table holds only what is being taken in now',
  'jobs-next-run': 'ends at the first entry of an index',
  'jobs-release': 'once when a server starts, and jobs are few by then',
  'registration-tokens-all': "an operator's list of what operators made",
  'reports-forget-old': 'counts through as many reports as are kept, which is bounded',
  'search-pages': 'upkeep of the full-text index, once for each of its rounds',
};

/** What each query walks through, of those that do. */
async function walks(scans: FullScans): Promise<Record<string, readonly string[]>> {
  const queries = queriesMade();
  assert.ok(queries.length >= queriesMin, `${queries.length} queries`);
  const found: Record<string, readonly string[]> = {};
  for (const query of queries) {
    const walked = await scans(query);
    if (walked.length > 0) found[query.name] = walked;
  }
  return found;
}

function withoutReason(found: Record<string, readonly string[]>): object {
  return Object.fromEntries(Object.entries(found).filter(([name]) => exceptions[name] === undefined));
}

test('no query reads a table that grows from end to end, but those with a reason (sqlite)', () =>
  withSqlitePlans(async (scans) => {
    const found = await walks(scans);
    assert.deepEqual(withoutReason(found), {});
    assert.deepEqual(Object.keys(found).toSorted(), Object.keys(exceptions), 'the exceptions are needed');
  }));

test('no query reads a table that grows from end to end, but those with a reason (postgres)', async (t) => {
  try {
    await withPostgresPlans(async (scans) => assert.deepEqual(withoutReason(await walks(scans)), {}));
  } catch (error) {
    if (!(error instanceof NoCluster)) throw error;
    t.skip(error.message);
  }
});
