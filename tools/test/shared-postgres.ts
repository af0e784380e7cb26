import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

type Cluster = { readonly url: string; stop(): Promise<void> };

const helper = 'packages/storage/src/testing/postgres-cluster.ts';

/** Packages whose tests never touch a database. */
const without = /^(packages\/(protocol|kit|bench)|tools)\//;

/**
 * One PostgreSQL for the whole run, told to the test processes by HEARTH_TEST_POSTGRES; each makes databases of its own
 * in it. A URL that is already set is used as it is.
 */
export async function startSharedPostgres(files: readonly string[]): Promise<{ stop(): Promise<void> } | undefined> {
  if (process.env['HEARTH_TEST_POSTGRES'] || !existsSync(helper) || files.every((file) => without.test(file))) return undefined;
  const { startCluster } = (await import(pathToFileURL(helper).href)) as { startCluster(): Promise<Cluster> };
  try {
    const cluster = await startCluster();
    process.env['HEARTH_TEST_POSTGRES'] = cluster.url;
    return cluster;
  } catch (error) {
    // The tests that need it say themselves whether that is a failure or a reason to skip.
    console.error(`no shared PostgreSQL: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
