import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createSecureContext } from 'node:tls';

import { makeCertificate } from './make-certificate.ts';

const dates = { notBeforeMs: Date.UTC(2026, 0), notAfterMs: Date.UTC(2060, 5, 1, 12, 30) };

test('a certificate names whom it is for, and is valid between its dates', () => {
  const { cert, key } = makeCertificate({ names: ['hs1', 'hearth.test', '10.0.0.7', '::1'], ...dates });
  const read = new X509Certificate(cert);
  assert.equal(read.subject, 'CN=hs1');
  assert.equal(read.subjectAltName, 'DNS:hs1, DNS:hearth.test, IP Address:10.0.0.7, IP Address:0:0:0:0:0:0:0:1');
  assert.deepEqual([read.validFromDate.getTime(), read.validToDate.getTime()], [dates.notBeforeMs, dates.notAfterMs]);
  assert.equal(read.ca, false);
  assert.ok(read.verify(read.publicKey) && key.includes('PRIVATE KEY'));
});

test('an authority signs for others, and their issuer is its subject', () => {
  const authority = makeCertificate({ names: ['The authority of tests'], authority: true, ...dates });
  const leaf = new X509Certificate(makeCertificate({ names: ['hs1'], issuer: authority, ...dates }).cert);
  const root = new X509Certificate(authority.cert);
  assert.ok(root.ca && leaf.checkIssued(root) && leaf.verify(root.publicKey));
  assert.equal(leaf.issuer, root.subject);
});

test('an authority with an RSA key signs too', () => {
  const authority = makeCertificate({ names: ['RSA'], authority: true, ...dates });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const issuer = { cert: authority.cert, key: privateKey.export({ format: 'pem', type: 'pkcs1' }) };
  const leaf = new X509Certificate(makeCertificate({ names: ['hs1'], issuer, ...dates }).cert);
  assert.ok(leaf.verify(publicKey));
  assert.throws(() => makeCertificate({ names: ['hs1'], issuer: { ...issuer, cert: 'no certificate' }, ...dates }));
});

test('a listener takes a certificate of any length', () => {
  // One byte more of the name at a time, so that each way in which the last line can end comes up.
  for (let length = 1; length <= 60; length += 1) {
    createSecureContext(makeCertificate({ names: ['n'.repeat(length)], ...dates }));
  }
});
