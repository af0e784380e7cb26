import assert from 'node:assert/strict';

import { claimLease, leaseGuard, releaseLease, renewLease } from './leases.ts';
import { user, userByNumber, write } from './testing/example-rows.ts';
import { onEachEngine } from './testing/index.ts';

const name = 'sender of example.org';

onEachEngine('a lease has one holder until it expires, and a new epoch with the next', async ({ database }) => {
  const first = await claimLease(database, { name, holder: 'a', nowTs: 1_000, ttlMs: 500 });
  assert.deepEqual(first, { name, holder: 'a', epoch: 1 });
  assert.equal(await claimLease(database, { name, holder: 'b', nowTs: 1_499, ttlMs: 500 }), undefined);
  assert.deepEqual(await claimLease(database, { name, holder: 'b', nowTs: 1_500, ttlMs: 500 }), { name, holder: 'b', epoch: 2 });
});

onEachEngine('a renewed lease lasts longer, and one that was lost cannot be renewed', async ({ database }) => {
  const first = await claimLease(database, { name, holder: 'a', nowTs: 1_000, ttlMs: 500 });
  assert.ok(first);
  assert.equal(await renewLease(database, first, 3_000), true);
  assert.equal(await claimLease(database, { name, holder: 'b', nowTs: 2_999, ttlMs: 500 }), undefined);
  assert.ok(await claimLease(database, { name, holder: 'b', nowTs: 3_000, ttlMs: 500 }));
  assert.equal(await renewLease(database, first, 9_000), false);
});

onEachEngine('a released lease is free at once, and its epoch is not used again', async ({ database }) => {
  const first = await claimLease(database, { name, holder: 'a', nowTs: 1_000, ttlMs: 500 });
  assert.ok(first);
  await releaseLease(database, first);
  assert.deepEqual(await claimLease(database, { name, holder: 'a', nowTs: 1_001, ttlMs: 500 }), { name, holder: 'a', epoch: 2 });
});

onEachEngine('a write under an old epoch is refused', async ({ database }) => {
  const first = await claimLease(database, { name, holder: 'a', nowTs: 1_000, ttlMs: 500 });
  assert.ok(first);
  await database.write(write({ statements: [leaseGuard(first), user(1)] }));
  await claimLease(database, { name, holder: 'b', nowTs: 2_000, ttlMs: 500 });
  await assert.rejects(database.write(write({ statements: [leaseGuard(first), user(2)] })), { name: 'WriteRefused', why: 'guard' });
  assert.equal(await database.reader.first(userByNumber, [2]), undefined);
  assert.ok(await database.reader.first(userByNumber, [1]));
});
