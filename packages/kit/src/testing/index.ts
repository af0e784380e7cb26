export { TestClock } from './test-clock.ts';
export { seededRandom } from './seeded-random.ts';
export { testCertificate } from './certificate.ts';
export { TestNetwork } from './test-network.ts';
