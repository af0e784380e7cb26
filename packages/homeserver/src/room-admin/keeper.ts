/** The local part of the user who stays in rooms that are kept. Nobody can register it, and it has no account: nobody is it. */
const keeperName = '_hearth_archive';

export function keeperOf(serverName: string): string {
  return `@${keeperName}:${serverName}`;
}
