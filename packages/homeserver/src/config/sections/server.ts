import { section, text } from '@hearth/kit';

/** A host name, an IPv4 address or an IPv6 address in brackets, with an optional port (https://spec.matrix.org/v1.19/appendices/#server-name). */
const serverName = /^(?:[A-Za-z0-9.-]{1,230}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

export const server = section({
  title: 'The server',
  doc: 'Who this server is, and where it keeps what it knows.',
  settings: {
    name: text({
      env: 'HEARTH_SERVER_NAME',
      default: 'localhost',
      doc: 'The Matrix server name: the part after the colon in `@alice:example.org`. It cannot be changed once there are accounts.',
      check: (name) => (serverName.test(name) ? undefined : 'expected a host name such as example.org, with an optional port'),
    }),
    dataDir: text({
      env: 'HEARTH_DATA_DIR',
      default: './data',
      doc: 'The directory of the database, the signing keys and the media. Relative to where the program is started.',
    }),
    publicBaseurl: text({
      env: 'HEARTH_PUBLIC_BASEURL',
      doc: 'The address that clients use, such as `https://matrix.example.org`. It goes into the well-known file, links and e-mails.',
      defaultText: 'from the listener',
      check: (url) => (isBaseUrl(url) ? undefined : 'expected an address such as https://matrix.example.org'),
    }),
  },
});

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === ''
  );
}
