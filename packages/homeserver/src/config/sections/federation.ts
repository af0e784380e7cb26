import { flag, list, section, text } from '@hearth/kit';

export const federation = section({
  title: 'Other servers',
  doc: 'How this server takes part in the network of Matrix servers.',
  settings: {
    enabled: flag({ env: 'HEARTH_FEDERATION', default: true, doc: 'Whether this server talks to others.' }),
    ca: text({
      env: 'HEARTH_FEDERATION_CA',
      doc: 'A further certificate authority that is trusted for other servers (PEM file): for closed networks and tests.',
      unbuilt: () => true,
    }),
    allowPrivateAddresses: flag({
      env: 'HEARTH_ALLOW_PRIVATE_ADDRESSES',
      default: false,
      doc: 'Whether requests to the outside may reach private and loopback addresses: for closed networks and tests only.',
    }),
    trustedKeyServers: list({
      env: 'HEARTH_TRUSTED_KEY_SERVERS',
      separator: ',',
      default: [],
      doc: 'Servers that are asked for the signing keys of others.',
      unbuilt: (servers) => servers.length > 0,
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
