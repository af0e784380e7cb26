// The one door behind `npm start`, `npm test` and the other scripts: makes the checkout ready, then runs the command
// under the pinned Node. docs/decisions/001-pinned-node.md says why it is done this way.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bootstrap, BootstrapError } from './bootstrap.mjs';
import { runChild } from './child.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Each command gets the chosen Node, its environment and the arguments behind `--`; it returns the exit code. */
const commands = {
  start: async (ready, args) => ((await build(ready)) === 0 ? run(ready, ['packages/homeserver/dist/main.js', ...args]) : 1),
  build: (ready) => build(ready),
  test: (ready, args) => source(ready, 'tools/test/main.ts', args),
  check: (ready, args) => source(ready, 'tools/check/main.ts', args),
  format: (ready, args) => run(ready, ['node_modules/oxfmt/bin/oxfmt', ...args]),
  docs: async (ready, args) =>
    (await source(ready, 'packages/homeserver/src/config/write-docs.ts', args)) ||
    source(ready, 'packages/testkit/scripts/write-coverage.ts', args),
  lockfile: (ready, args) => source(ready, 'tools/lockfile/main.ts', args),
  bench: (ready, args) => source(ready, 'packages/bench/src/main.ts', args),
  sim: (ready, args) => source(ready, 'packages/testkit/src/simulator/main.ts', args),
  container: async (ready, args) => (await build(ready)) || source(ready, 'packaging/container/main.ts', args),
  protocol: (ready, args) => source(ready, 'packages/protocol/scripts/main.ts', args),
  'test:browser': (ready, args) => source(ready, 'tools/test/main.ts', ['--stage=browser', ...args]),
  'test:interop': (ready, args) => source(ready, 'tools/test/main.ts', ['--stage=interop', ...args]),
  'test:container': async (ready, args) => (await build(ready)) || source(ready, 'tools/test/main.ts', ['--stage=container', ...args]),
};

function run({ node, env }, args, slowLine) {
  return runChild(node, args, { cwd: root, env, slowLine });
}

/** Runs a TypeScript file from source; our own packages resolve to their sources too. */
async function source(ready, file, args) {
  if (existsSync(join(root, file))) return run(ready, ['--conditions=source', file, ...args]);
  console.error(`hearth: "${process.argv[2]}" is not built yet`);
  return 2;
}

function build(ready) {
  return run(ready, ['node_modules/typescript/bin/tsc', '-b', 'tsconfig.build.json'], 'hearth: building');
}

async function main([name, ...args]) {
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
  if (!command) {
    console.error(`usage: node tools/run.mjs ${Object.keys(commands).join('|')} [arguments]`);
    return 2;
  }
  return command(await bootstrap(root), args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  console.error(`hearth: ${error.message}`);
  process.exitCode = error.exitCode;
}
