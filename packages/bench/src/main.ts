import { readOptions, usage, UsageError } from './options.ts';
import { run } from './run.ts';
// `npm run bench -- --target URL …`: a load generator that speaks the plain client-server API, so it runs against any homeserver.
import { systemClock, systemRandom } from '@hearth/kit';

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options === 'help') {
      console.log(usage);
      return 0;
    }
    const result = await run(options, { clock: systemClock(), random: systemRandom(), print: (text) => console.log(text) });
    if (options.json) console.log(JSON.stringify(result));
    return 0;
  } catch (error) {
    console.error(`bench: ${(error as Error).message}`);
    if (!(error instanceof UsageError)) return 1;
    console.error(`\n${usage}`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
