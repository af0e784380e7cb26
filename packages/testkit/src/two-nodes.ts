import type { Session } from './client/index.ts';
import { startHearth, type TestHearth } from './hearth.ts';
import { newPostgresDatabase, NoCluster } from '@hearth/storage/testing';

export type TwoNodes = {
  readonly one: TestHearth;
  readonly two: TestHearth;
  /** Somebody's session, spoken over this node. */
  readonly on: (node: TestHearth, session: Session) => Session;
  readonly stop: () => Promise<void>;
};

/** Two servers in this process on one PostgreSQL; undefined where there is none, and then a test says that it was skipped. */
export async function startTwoNodes(more: Readonly<Record<string, string>> = {}): Promise<TwoNodes | undefined> {
  const database = await newPostgresDatabase().catch((error: unknown) => {
    if (error instanceof NoCluster) return undefined;
    throw error;
  });
  if (database === undefined) return undefined;
  const env = { ...more, HEARTH_DATABASE: database.url };
  const [one, two] = [await startHearth({ env }), await startHearth({ env })];
  return {
    one,
    two,
    on: (node, session) => ({ ...session, ...node.client.withToken(session.token), token: session.token }),
    stop: async () => {
      for (const node of [one, two]) await node.stop();
      await database.remove();
    },
  };
}
