import { Command } from 'commander';
import { ConfigError, configAsData, printConfig, readEnvironment } from '@hearth/kit';
import { type HomeserverConfig, readSettings, settingsSchema } from '../config/index.ts';
import { packageVersion } from '../package-version.ts';
import { serve } from './serve.ts';

/** Commands that the contract names and that are not built yet: they say so and exit with 2. */
const unbuilt = ['doctor', 'backup', 'restore', 'room', 'appservice', 'identity', 'push', 'policy', 'admin', 'import'];

/** Runs the program `hearth` with its arguments. Resolves with the exit code: 0 done, 1 failed, 2 wrong usage or configuration. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const [first] = args.filter((arg) => !arg.startsWith('-'));
  if (first !== undefined && unbuilt.includes(first)) {
    process.stderr.write(`hearth: "${first}" is not built yet.\n`);
    return 2;
  }
  let code = 0;
  const program = new Command('hearth')
    .description('Hearth, a Matrix homeserver.')
    .version(packageVersion())
    .option('--config <file>', 'settings file (default: hearth.yaml, if it is there)')
    .exitOverride()
    .showHelpAfterError('(hearth --help lists the commands)');
  const settings = (): HomeserverConfig => readSettings(readEnvironment(), program.opts<{ config?: string }>().config);

  program
    .command('serve', { isDefault: true })
    .description('run the server (what happens without a command)')
    .action(async () => {
      code = await serve(settings());
    });
  const config = program.command('config').description('look at the settings');
  config
    .command('check')
    .description('check the settings file and the environment, and say what is wrong')
    .action(() => {
      settings();
      process.stdout.write('The settings are fine.\n');
    });
  config
    .command('print')
    .description('print the settings in force and where each comes from; secrets are not shown')
    .option('--json', 'as JSON')
    .action((options: { json?: boolean }) => {
      const read = settings();
      process.stdout.write(options.json === true ? `${JSON.stringify(configAsData(settingsSchema, read), null, 2)}\n` : printConfig(settingsSchema, read));
    });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  // commander has printed its message; help and version are no failures.
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')) {
    return 'exitCode' in error && error.exitCode === 0 ? 0 : 2;
  }
  process.stderr.write(`hearth: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}
