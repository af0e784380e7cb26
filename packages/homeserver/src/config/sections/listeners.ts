import { networks } from './networks.ts';
import { list, parseListenAddress, section, text } from '@hearth/kit';

export const listeners = section({
  title: 'Listeners',
  doc: 'Where the server listens. An address is `host:port`; `*` as host means all interfaces, port 0 any free port.',
  settings: {
    plain: list({
      env: 'HEARTH_LISTEN',
      separator: ',',
      default: ['127.0.0.1:8008'],
      doc: 'Plain HTTP, all APIs: for a reverse proxy on the same machine, or for trying things out.',
      check: addresses,
    }),
    tls: list({
      env: 'HEARTH_LISTEN_TLS',
      separator: ',',
      default: [],
      defaultText: 'off',
      doc: 'HTTPS, all APIs. Needs certificate and key.',
      check: addresses,
    }),
    tlsCert: text({
      env: 'HEARTH_TLS_CERT',
      doc: 'The certificate with its chain (PEM file). A new one is taken up when the file changes.',
    }),
    tlsKey: text({ env: 'HEARTH_TLS_KEY', doc: 'The private key of the certificate (PEM file).' }),
    metrics: list({
      env: 'HEARTH_METRICS_LISTEN',
      separator: ',',
      default: ['127.0.0.1:9008'],
      doc: 'Prometheus `/metrics`, and `/health` and `/ready` for whoever watches the process. `off` closes it. Do not open it to the internet.',
      check: addressesOrOff,
    }),
    trustedProxies: list({
      env: 'HEARTH_TRUSTED_PROXIES',
      separator: ',',
      default: [],
      doc: 'Addresses and networks (`10.0.0.0/8`) of reverse proxies whose `X-Forwarded-For` is believed. Without it the proxy counts as everybody’s address.',
      check: networks,
    }),
  },
});

function addresses(entries: readonly string[]): string | undefined {
  const wrong = entries.find((entry) => parseListenAddress(entry) === undefined);
  return wrong === undefined ? undefined : `expected host:port, got ${wrong}`;
}

function addressesOrOff(entries: readonly string[]): string | undefined {
  return entries.length === 1 && entries[0] === 'off' ? undefined : addresses(entries);
}
