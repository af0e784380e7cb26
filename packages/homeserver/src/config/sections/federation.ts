import { networks } from './networks.ts';
import { flag, list, section, text } from '@hearth/kit';
import { parseServerName } from '@hearth/protocol';

const patternLengthMax = 255;

export const federation = section({
  title: 'Other servers',
  doc: 'How this server takes part in the network of Matrix servers.',
  settings: {
    enabled: flag({ env: 'HEARTH_FEDERATION', default: true, doc: 'Whether this server talks to others.' }),
    ca: text({
      env: 'HEARTH_FEDERATION_CA',
      doc: 'A further certificate authority that is trusted for other servers (PEM file): for closed networks and tests.',
    }),
    allowPrivateAddresses: flag({
      env: 'HEARTH_ALLOW_PRIVATE_ADDRESSES',
      default: false,
      doc: 'Whether requests to the outside may reach private and loopback addresses: for closed networks and tests only.',
    }),
    allowedNetworks: list({
      env: 'HEARTH_ALLOWED_NETWORKS',
      separator: ',',
      default: [],
      doc: 'Addresses and networks (`10.0.0.0/8`) that requests to the outside may reach though they are private.',
      check: networks,
    }),
    trustedKeyServers: list({
      env: 'HEARTH_TRUSTED_KEY_SERVERS',
      separator: ',',
      default: [],
      doc: 'Servers that are asked for the signing keys of others, where those do not answer themselves.',
      check: (servers) => {
        const wrong = servers.find((name) => parseServerName(name) === undefined);
        return wrong === undefined ? undefined : `${wrong} is not the name of a server`;
      },
    }),
    allowedServers: list({
      env: 'HEARTH_ALLOWED_SERVERS',
      separator: ',',
      default: [],
      defaultText: 'all',
      doc: 'The only servers that this one deals with: host names, in which `*` stands for anything and `?` for one character.',
      check: patterns,
    }),
    deniedServers: list({
      env: 'HEARTH_DENIED_SERVERS',
      separator: ',',
      default: [],
      doc: 'Servers that this one does not deal with, written likewise.',
      check: patterns,
    }),
    presence: flag({
      env: 'HEARTH_FEDERATED_PRESENCE',
      default: false,
      doc: 'Whether other servers are told who is online.',
      unbuilt: (on) => on,
    }),
    publicDirectory: flag({
      env: 'HEARTH_PUBLIC_DIRECTORY',
      default: false,
      doc: 'Whether other servers and strangers may read the list of public rooms.',
    }),
  },
});

function patterns(entries: readonly string[]): string | undefined {
  const wrong = entries.find((entry) => entry.length > patternLengthMax || !/^[A-Za-z0-9.:*?[\]-]+$/.test(entry));
  return wrong === undefined ? undefined : `${wrong} is no pattern of a host name`;
}
