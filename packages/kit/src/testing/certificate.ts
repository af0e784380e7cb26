import { type Certificate, type CertificateOptions, makeCertificate } from '../certificate/make-certificate.ts';

/** A certificate for tests that is valid for as long as anybody may run them. */
export function testCertificate(
  options: Omit<CertificateOptions, 'notBeforeMs' | 'notAfterMs'> & Partial<CertificateOptions>,
): Certificate {
  return makeCertificate({ notBeforeMs: Date.UTC(2020, 0), notAfterMs: Date.UTC(2099, 0), ...options });
}
