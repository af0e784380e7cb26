import { settingsSchema } from './schema.ts';
import { renderConfigDocs } from '@hearth/kit';

const introduction = `
# Settings

*This page is made from the settings' own descriptions; \`npm run docs\` writes it anew.*

Hearth reads a YAML file, \`hearth.yaml\` in the directory where it is started, or the one that \`--config FILE\` or \`HEARTH_CONFIG\`
names. Every key is optional. Environment variables go before the file. Where the table names a variable with \`_FILE\`, or a key
with \`_file\`, the value may also stand in a file of its own.

A key or a \`HEARTH_…\` variable that is not on this page stops the start, with its line and the nearest name that exists.
An empty variable counts as not given. In the environment, switches are \`on\` and \`off\`, and lists are separated by commas
(application services by colons).

\`\`\`yaml
server:
  name: example.org
  public_baseurl: https://matrix.example.org
database:
  url_file: /run/secrets/hearth-database
listeners:
  plain: [127.0.0.1:8008]
  trusted_proxies: [127.0.0.1]
registration:
  mode: token
\`\`\`

\`hearth config check\` says whether a configuration can be used, \`hearth config print\` shows all values in effect and where they
come from; secrets are not shown.
`;

/** The text of docs/config.md. */
export function configPage(): string {
  return renderConfigDocs(settingsSchema, introduction);
}
