import assert from 'node:assert/strict';
import { test } from 'node:test';

import { boundaryProblems, problemsOf } from './check.ts';
import { importsOf } from './imports.ts';

test('no file of the tree imports what it must not know', () => {
  assert.deepEqual(boundaryProblems(), []);
});

/** [file, its text, the problem or undefined] */
const cases: readonly (readonly [string, string, RegExp | undefined])[] = [
  ['packages/protocol/src/a.ts', `import { systemClock } from '@hearth/kit';`, /protocol must not import kit/],
  ['packages/storage/src/a.ts', `import type { Pdu } from '@hearth/protocol';`, undefined],
  ['packages/storage/src/a.ts', `import { type Pdu } from '@hearth/protocol';`, undefined],
  ['packages/storage/src/a.ts', `import { redact } from '@hearth/protocol';`, /only types of protocol/],
  ['packages/storage/src/a.test.ts', `import { systemClock } from '@hearth/kit';`, undefined],
  ['packages/bus/src/a.ts', `import { Farm } from '@hearth/testkit';`, /bus must not import testkit/],
  ['packages/homeserver/tests/a.test.ts', `import { Farm } from '@hearth/testkit';`, undefined],
  ['packages/homeserver/src/http/a.ts', `import { TestClock } from '@hearth/kit/testing';`, /only for tests/],
  ['packages/homeserver/src/a.ts', `import { b } from '../../kit/src/b.ts';`, /must not leave the package/],
  ['packages/homeserver/src/server.ts', `import { createRooms } from './rooms/slice.ts';`, undefined],
  ['packages/homeserver/src/engine/a.ts', `import { b } from '../rooms/index.ts';`, /must not know the slice rooms/],
  ['packages/homeserver/src/engine/a.ts', `const b = await import('../federation/b.ts');`, /engine must not import federation/],
  ['packages/homeserver/src/federation/a.ts', `import type { Engine } from '../engine/engine.ts';`, /federation must not import engine/],
  ['packages/homeserver/src/rooms/service.ts', `import type { Engine } from '../engine/engine.ts';`, undefined],
  ['packages/homeserver/src/rooms/service.ts', `import type { Profiles } from '../profiles/index.ts';`, undefined],
  ['packages/homeserver/src/rooms/service.ts', `import { profiles } from '../profiles/index.ts';`, /only types are known/],
  ['packages/homeserver/src/rooms/service.ts', `import type { Row } from '../profiles/store.ts';`, /by its door/],
  ['packages/homeserver/src/sync/a.ts', `import type { Profiles } from '../profiles/index.ts';`, /sync imports no slice/],
  ['packages/homeserver/src/rooms/client-api/join.ts', `import { rows } from '../store.ts';`, /never imports a store/],
  ['packages/homeserver/src/rooms/client-api/join.ts', `import type { Rooms } from '../service.ts';`, undefined],
  ['packages/homeserver/src/rooms/store.ts', `import type { Rooms } from './service.ts';`, /store never imports a service/],
  ['packages/homeserver/src/rooms/service.ts', `import { server } from '../server.ts';`, /nothing imports server\.ts/],
];

test('each rule refuses what it should and lets the rest pass', () => {
  for (const [file, text, problem] of cases) {
    const found = problemsOf(file, text).join('\n');
    if (problem === undefined) assert.equal(found, '', `${file}: ${text}`);
    else assert.match(found, problem, `${file}: ${text}`);
  }
});

test('imports of every form are seen, with their place', () => {
  const text = [
    `import a, { b } from 'one';`,
    `import {\n  type C,\n  type D,\n} from 'two';`,
    `export * from 'three';`,
    `import 'four';`,
    `// import { no } from 'comment';`,
    `  const e = await import('five');`,
  ].join('\n');
  assert.deepEqual(
    importsOf(text).map(({ specifier, typeOnly, line, column }) => `${specifier} ${typeOnly} ${line}:${column}`),
    ['one false 1:1', 'two true 2:1', 'three false 6:1', 'four false 7:1', 'five false 9:19'],
  );
});
