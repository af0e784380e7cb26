import { Command, CommanderError } from 'commander';

import { type HomeserverConfig, readSettings } from '../config/index.ts';
import { MatrixError } from '../http/errors.ts';
import { packageVersion } from '../package-version.ts';
import { CommandFailed, WrongUsage } from './command-error.ts';
import { configCommands } from './config-commands.ts';
import { reason } from './failure-reason.ts';
import { type CommandIo, processIo } from './io.ts';
import { reportCommands } from './report-commands.ts';
import { reportsOf } from './reports-of.ts';
import { roomCommands } from './room-commands.ts';
import { roomsOf } from './rooms-of.ts';
import { serve } from './serve.ts';
import { notBuiltYet } from './unbuilt.ts';
import { userCommands } from './user-commands.ts';
import { usersOf } from './users-of.ts';
import { ConfigError, didYouMean } from '@hearth/kit';
import { DatabaseInUse, SchemaMismatch } from '@hearth/storage';

/** Commands that are promised and not built yet: they say so and exit with 2. */
const unbuilt = ['doctor', 'backup', 'restore', 'appservice', 'identity', 'push', 'policy', 'admin', 'import'];

const about = `Hearth, a Matrix homeserver. Without a command it runs the server.`;

const more = `
Examples:
  $ hearth                                  run the server with the settings of hearth.yaml and the environment
  $ hearth user create alice --admin        make an administrator
  $ hearth config print                     which settings are in force, and where each comes from

Exit codes: 0 done, 1 failed, 2 wrong usage or wrong settings.`;

/** Runs the program `hearth` with its arguments. Resolves with the exit code: 0 done, 1 failed, 2 wrong usage or configuration. */
export async function runCommand(args: readonly string[], io: CommandIo = processIo()): Promise<number> {
  let code = 0;
  const run = async (): Promise<void> => {
    code = await serve(settings(), io);
  };
  const program = new Command('hearth')
    .usage('[command] [options]')
    .description(about)
    .addHelpText('after', more)
    .version(packageVersion(), '-V, --version', 'print the version')
    .option('--config <file>', 'settings file (default: hearth.yaml, if it is there)')
    .helpOption('-h, --help', 'print this help; also for each command')
    .helpCommand(false)
    .argument('[command]')
    .action(async (word?: string) => {
      if (word === undefined) return run();
      const names = program.commands.map((command) => command.name());
      throw new WrongUsage(`There is no command "${word}".${didYouMean(word, names)} "hearth --help" lists the commands.`);
    });
  const settings = (): HomeserverConfig => readSettings(io.env, program.opts<{ config?: string }>().config);

  program
    .command('serve')
    .summary('run the server; what happens without a command')
    .description('Runs the server until Ctrl-C or SIGTERM.')
    .action(run);
  program.addCommand(userCommands(usersOf(settings), io));
  program.addCommand(roomCommands(roomsOf(settings), io));
  program.addCommand(reportCommands(reportsOf(settings), io));
  program.addCommand(configCommands(settings, io));
  notBuiltYet(program, unbuilt);
  prepare(program, io);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, io);
  }
}

/** Every command throws instead of ending the process, and writes where it is told to. */
function prepare(command: Command, io: CommandIo): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void io.output.write(text),
    writeErr: (text) => void io.messages.write(text),
    outputError: (text, write) => write(text.replace(/^error: /, 'hearth: ')),
  });
  if (command.commands.length > 0 && command.parent !== null) command.helpCommand(false);
  for (const each of command.commands) prepare(each, io);
}

/** Says what went wrong, in as few lines as that takes, and decides the exit code. */
function explain(error: unknown, { messages }: CommandIo): number {
  // commander has printed its message; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    messages.write(`${error.message}\n`);
    return 2;
  }
  messages.write(`hearth: ${reason(error)}\n`);
  if (error instanceof WrongUsage) return 2;
  const expected =
    error instanceof CommandFailed || error instanceof MatrixError || error instanceof DatabaseInUse || error instanceof SchemaMismatch;
  if (!expected && error instanceof Error && !('code' in error)) messages.write(`${error.stack ?? ''}\n`);
  return 1;
}
