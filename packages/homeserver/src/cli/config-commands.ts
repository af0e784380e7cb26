import { Command } from 'commander';

import { type HomeserverConfig, settingsSchema } from '../config/index.ts';
import type { CommandIo } from './io.ts';
import { configAsData, ConfigError, printConfig, readCertificate } from '@hearth/kit';

type Options = { readonly json?: boolean };

const examples = `
Examples:
  $ hearth config check
  $ hearth --config /etc/hearth.yaml config print --json

docs/config.md lists every setting.`;

/** `hearth config …` */
export function configCommands(settings: () => HomeserverConfig, io: CommandIo): Command {
  const config = new Command('config')
    .summary('look at the settings')
    .description('Looks at the settings: those of the file (hearth.yaml, or --config FILE) and of the environment (HEARTH_…).')
    .addHelpText('after', examples);
  config
    .command('check')
    .summary('say whether the settings can be used')
    .description(
      'Checks the settings file, the environment and the certificate, and names each mistake with its place. Exit code 2 if there is one.',
    )
    .option('--json', 'as JSON: {"problems": [{"where": …, "message": …}]}')
    .action(async (options: Options) => {
      if (options.json === true) return checkAsJson(settings, io);
      await check(settings());
      io.output.write('The settings are fine.\n');
    });
  config
    .command('print')
    .summary('print the settings in force')
    .description('Prints the settings in force, each with the place that it comes from. Secrets are not shown.')
    .option('--json', 'as JSON')
    .action((options: Options) => {
      const read = settings();
      io.output.write(options.json === true ? json(configAsData(settingsSchema, read)) : printConfig(settingsSchema, read));
    });
  return config;
}

/** What the settings name and only a start would look at otherwise. */
async function check({ values: { listeners } }: HomeserverConfig): Promise<void> {
  const { tls, tlsCert, tlsKey } = listeners;
  if (tls.length > 0 && tlsCert !== undefined && tlsKey !== undefined) await readCertificate({ cert: tlsCert, key: tlsKey });
}

/** The problems go to the standard output, and the error on to whoever decides the exit code. */
async function checkAsJson(settings: () => HomeserverConfig, io: CommandIo): Promise<void> {
  try {
    await check(settings());
  } catch (error) {
    if (error instanceof ConfigError) io.output.write(json({ problems: error.problems }));
    throw error;
  }
  io.output.write(json({ problems: [] }));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
