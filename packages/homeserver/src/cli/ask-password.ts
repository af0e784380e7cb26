import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

import { CommandFailed, WrongUsage } from './command-error.ts';
import type { CommandIo } from './io.ts';
import { digits, letters, type Random } from '@hearth/kit';

export type PasswordOptions = { readonly passwordStdin?: boolean; readonly generate?: boolean };
export type ChosenPassword = { readonly password: string; readonly generated: boolean };

/** How often two entries may differ before the command gives up. */
const triesMax = 3;
/** Longest password that is read from a pipe; the server's own limit is lower. */
const pipeCharsMax = 64 * 1024;
/** Letters and digits: about 119 bits. */
const generatedLength = 20;

/**
 * The password of a command: made up, read from the standard input, or asked for twice on the terminal without showing it. It is
 * never an argument, since everybody on a machine can see the arguments of running programs.
 */
export async function choosePassword(options: PasswordOptions, io: CommandIo, random: Random, whose: string): Promise<ChosenPassword> {
  if (options.generate === true && options.passwordStdin === true)
    throw new WrongUsage('Give either --generate or --password-stdin, not both.');
  if (options.generate === true) return { password: random.text(generatedLength, letters + digits), generated: true };
  if (options.passwordStdin === true) return { password: await readPassword(io), generated: false };
  if (io.input.isTTY !== true) throw new WrongUsage('There is no terminal to ask for the password. Use --password-stdin or --generate.');
  for (let tries = 0; tries < triesMax; tries += 1) {
    const first = await askHidden(io, `Password for ${whose}: `);
    const second = await askHidden(io, 'The same again: ');
    if (first === second) return { password: first, generated: false };
    io.messages.write('The two differ.\n');
  }
  throw new CommandFailed('Nothing was changed.');
}

/** All of the standard input but the line's end. */
async function readPassword({ input }: CommandIo): Promise<string> {
  let text = '';
  for await (const part of input) {
    text += String(part);
    if (text.length > pipeCharsMax) throw new CommandFailed('What came from the standard input is too long for a password.');
  }
  const password = text.replace(/\r?\n$/, '');
  if (password === '') throw new WrongUsage('The standard input held no password.');
  return password;
}

/** One line from the terminal that is not shown there. */
function askHidden(io: CommandIo, question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: io.input, output: silent, terminal: true, historySize: 0 });
  io.messages.write(question);
  return new Promise((resolve, reject) => {
    lines.on('SIGINT', () => lines.close());
    lines.on('close', () => {
      io.messages.write('\n');
      reject(new CommandFailed('Nothing was changed.'));
    });
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
  });
}

/** A question on the terminal whose answer is shown. */
export function ask(io: CommandIo, question: string): Promise<string> {
  const lines = createInterface({ input: io.input, output: io.messages, terminal: true, historySize: 0 });
  return new Promise((resolve, reject) => {
    lines.on('SIGINT', () => lines.close());
    lines.on('close', () => reject(new CommandFailed('Nothing was changed.')));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
