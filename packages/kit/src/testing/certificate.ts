import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate for tests and its key, in PEM. */
export type TestCertificate = { readonly cert: string; readonly key: string };

export type CertificateOptions = {
  /** DNS names and IP addresses; the first is the subject. */
  readonly names: readonly string[];
  /** Who signs it; absent: it signs itself. */
  readonly issuer?: TestCertificate & { readonly name: string };
  /** True for one that may sign others. */
  readonly authority?: boolean;
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
};

/**
 * Makes an X.509 certificate with a fresh P-256 key (RFC 5280), because Node can read certificates but not make them and not every
 * machine has openssl.
 */
export function testCertificate(options: CertificateOptions): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = options.names[0] ?? 'test';
  const signer = options.issuer === undefined ? privateKey : createPrivateKey(options.issuer.key);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serialNumber(publicKey)),
    ecdsaSha256,
    name(options.issuer?.name ?? subject),
    sequence(time(options.notBeforeMs ?? Date.UTC(2020, 0)), time(options.notAfterMs ?? Date.UTC(2099, 0))),
    name(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    tagged(0xa3, sequence(basicConstraints(options.authority ?? false), alternativeNames(options.names))),
  );
  const certificate = sequence(body, ecdsaSha256, tagged(0x03, Buffer.from([0]), signature(body, signer)));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
  };
}

/** Differs with the key; its first bit is clear, as a positive number's must be. */
function serialNumber(key: KeyObject): Buffer {
  return Buffer.concat([
    Buffer.from([0x01]),
    createHash('sha256')
      .update(key.export({ format: 'der', type: 'spki' }))
      .digest()
      .subarray(0, 8),
  ]);
}

function signature(body: Buffer, key: KeyObject): Buffer {
  return sign('sha256', body, key);
}

// What follows writes DER: a tag, a length, the content.

function tagged(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return tagged(0x30, ...contents);
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function oid(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

const ecdsaSha256 = sequence(oid('2a8648ce3d040302'));

/** `CN=…`: one relative name with one attribute. */
function name(common: string): Buffer {
  return sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from(common)))));
}

function time(ms: number): Buffer {
  return tagged(0x18, Buffer.from(`${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`));
}

function basicConstraints(authority: boolean): Buffer {
  const flag = authority ? tagged(0x01, Buffer.from([0xff])) : Buffer.alloc(0);
  return sequence(oid('551d13'), tagged(0x04, sequence(flag)));
}

function alternativeNames(names: readonly string[]): Buffer {
  const entries = names.map((entry) => (isIP(entry) === 0 ? tagged(0x82, Buffer.from(entry)) : tagged(0x87, addressBytes(entry))));
  return sequence(oid('551d11'), tagged(0x04, sequence(...entries)));
}

function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const groups = [...front, ...Array.from({ length: 8 - front.length - back.length }, () => '0'), ...back];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
