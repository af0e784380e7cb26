import type { Command } from 'commander';

import { WrongUsage } from './command-error.ts';

/** Commands that are promised and not built: they say so, with exit code 2, and are in no list. */
export function notBuiltYet(parent: Command, names: readonly string[]): void {
  const path = parent.name() === 'hearth' ? 'hearth' : `hearth ${parent.name()}`;
  for (const name of names) {
    const say = (): never => {
      throw new WrongUsage(`"${path} ${name}" is not built yet.`);
    };
    parent.command(name, { hidden: true }).argument('[words...]').allowUnknownOption().helpOption(false).action(say);
  }
}
