/** The command could not do what it was asked to; the message is for the person at the terminal. Exit code 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** The command was called in a way that cannot work; the message says how to call it. Exit code 2. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}
