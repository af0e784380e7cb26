export type GreetingFacts = {
  readonly serverName: string;
  readonly urls: readonly string[];
  /** The link that makes the first administrator; undefined when there are accounts. */
  readonly setupUrl: string | undefined;
};

/** What a person who just started the server wants to know. */
export function greeting({ serverName, urls, setupUrl }: GreetingFacts): string {
  const addresses = urls.map((url) => url.replace('://127.0.0.1:', '://localhost:')).join(', ');
  const first =
    setupUrl === undefined
      ? []
      : ['There are no accounts yet. Open this link to create the first one, the administrator:', '', `    ${setupUrl}`, ''];
  return ['', `Hearth is running for ${serverName}: ${addresses}`, ...first, 'Stop it with Ctrl-C.', '', ''].join('\n');
}
