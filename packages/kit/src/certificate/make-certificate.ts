import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

import { bitString, elementsIn, integer, octetString, oid, sequence, tagged, time, utf8Text } from './der.ts';

/** A certificate and its key, in PEM. */
export type Certificate = { readonly cert: string; readonly key: string };

export type CertificateOptions = {
  /** DNS names and IP addresses; the first is the subject. */
  readonly names: readonly string[];
  /** Who signs it, with an elliptic or an RSA key; absent: it signs itself. */
  readonly issuer?: Certificate;
  /** True for one that may sign others. */
  readonly authority?: boolean;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
};

/**
 * Makes an X.509 certificate with a fresh P-256 key (RFC 5280), because Node can read certificates but not make them and not every
 * machine has openssl. Throws when the issuer's certificate or key cannot be read.
 */
export function makeCertificate(options: CertificateOptions): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = name(options.names[0] ?? '');
  const signer = options.issuer === undefined ? privateKey : createPrivateKey(options.issuer.key);
  const algorithm = signer.asymmetricKeyType === 'rsa' ? rsaSha256 : ecdsaSha256;
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serialNumber(publicKey)),
    algorithm,
    options.issuer === undefined ? subject : subjectOf(options.issuer.cert),
    sequence(time(options.notBeforeMs), time(options.notAfterMs)),
    subject,
    publicKey.export({ format: 'der', type: 'spki' }),
    tagged(0xa3, sequence(basicConstraints(options.authority ?? false), alternativeNames(options.names))),
  );
  const certificate = sequence(body, algorithm, bitString(sign('sha256', body, signer)));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines(certificate).join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
  };
}

/** Lines of 64 characters, the last one shorter and never empty: OpenSSL takes no certificate with an empty line. */
function lines(bytes: Buffer): readonly string[] {
  return bytes.toString('base64').match(/.{1,64}/g) ?? [];
}

/** Byte for byte, since issuers are found by comparing it. */
function subjectOf(pem: string): Buffer {
  const [body = Buffer.alloc(0)] = elementsIn(new X509Certificate(pem).raw);
  const fields = elementsIn(body);
  // The first field, the version, is not written when it is the first version's.
  return fields[fields[0]?.readUInt8(0) === 0xa0 ? 5 : 4] ?? Buffer.alloc(0);
}

/** Differs with the key; its first bit is clear, as a positive number's must be. */
function serialNumber(key: KeyObject): Buffer {
  const hash = createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest();
  return Buffer.concat([Buffer.from([0x01]), hash.subarray(0, 8)]);
}

const ecdsaSha256 = sequence(oid('2a8648ce3d040302'));
const rsaSha256 = sequence(oid('2a864886f70d01010b'), tagged(0x05));

/** `CN=…`: one relative name with one attribute. */
function name(common: string): Buffer {
  return sequence(tagged(0x31, sequence(oid('550403'), utf8Text(common))));
}

function basicConstraints(authority: boolean): Buffer {
  const flag = authority ? tagged(0x01, Buffer.from([0xff])) : Buffer.alloc(0);
  return sequence(oid('551d13'), octetString(sequence(flag)));
}

function alternativeNames(names: readonly string[]): Buffer {
  const entries = names.map((entry) => (isIP(entry) === 0 ? tagged(0x82, Buffer.from(entry)) : tagged(0x87, addressBytes(entry))));
  return sequence(oid('551d11'), octetString(sequence(...entries)));
}

function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const groups = [...front, ...Array.from({ length: 8 - front.length - back.length }, () => '0'), ...back];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
