export { type CommitPauses, MemoryStore } from './memory-store.ts';
export { onEachEngine, onEngine, type TestEngine } from './on-each-engine.ts';
export { type Cluster, type ClusterOptions, NoCluster, startCluster } from './postgres-cluster.ts';
export { newEmptyPostgresDatabase, newPostgresDatabase, newSqliteDatabase, type TestDatabase, testPostgresUrl } from './test-databases.ts';
export { testPorts } from './test-ports.ts';
export { queriesMade } from '../query.ts';
export { type FullScans, withPostgresPlans, withSqlitePlans } from './plans.ts';
