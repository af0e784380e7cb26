import { type LedgerOptions, readOptions, usage } from './options.ts';
import { type LedgerResult, runLedger } from './run-ledger.ts';
// Kills a server again and again under load, and checks that everything it had acknowledged is there, once, in order.
// Exit code 1 and the seed on a failure.
import { systemClock } from '@hearth/kit';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function summary({
  engine,
  seed,
  kills,
  acknowledged,
  unanswered,
  events,
  tokensChecked,
  restartMs,
  lost,
  doubled,
  problems,
}: LedgerResult): string {
  const killed = `${kills.server + kills.both} kills of the server, ${kills.database + kills.both} of its database`;
  const sure = `${acknowledged} acknowledged, ${unanswered} unanswered, ${events} events, ${tokensChecked} tokens`;
  const times = `first /sync after p50 ${restartMs.p50}, p99 ${restartMs.p99} ms`;
  return `ledger: ${engine}, seed ${seed}: ${killed}; ${sure}; ${times}; ${lost} lost, ${doubled} doubled, ${problems.length - lost - doubled} other problems`;
}

async function main(args: readonly string[]): Promise<number> {
  let options: LedgerOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`ledger: ${(error as Error).message}\n${usage}\n`);
    return 2;
  }
  process.once('SIGINT', () => process.exit(130)); // oxlint-disable-line unicorn/no-process-exit
  process.once('SIGTERM', () => process.exit(143));
  try {
    const result = await runLedger(options, systemClock(), say);
    for (const { kind, text } of result.problems) say(`${kind}: ${text}`);
    say(JSON.stringify({ ...result, problems: result.problems.length }));
    say(summary(result));
    return result.problems.length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`ledger: seed ${options.seed}: ${(error as Error).stack}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
