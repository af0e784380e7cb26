export { TestClock } from './test-clock.ts';
export { seededRandom } from './seeded-random.ts';
export type { CertificateOptions, TestCertificate } from './certificate.ts';
export { testCertificate } from './certificate.ts';
