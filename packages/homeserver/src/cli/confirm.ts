import { ask } from './ask-password.ts';
import { CommandFailed, WrongUsage } from './command-error.ts';
import type { CommandIo } from './io.ts';

/** Has a name typed again before something is done that cannot be taken back. */
export async function confirm(io: CommandIo, name: string): Promise<void> {
  if (io.input.isTTY !== true) throw new WrongUsage('There is no terminal to ask whether this is meant. Say --yes.');
  const typed = await ask(io, `This cannot be taken back. Type ${name} again to go on: `);
  if (typed.trim() !== name) throw new CommandFailed('Nothing was changed.');
}
