export { clientPath } from './calls.ts';
export type { Calls, Session } from './calls.ts';
export { createTestClient } from './test-client.ts';
export type { Answer, RequestOptions, TestClient, TestClientOptions } from './test-client.ts';
export { newsOf } from './news-of.ts';
export { httpTransport } from './transport.ts';
export type { HttpTransport, Transport, TransportAnswer, TransportRequest } from './transport.ts';
export { answersToWrongTypes } from './wrong-type-answers.ts';
export type { WrongTypeAnswer } from './wrong-type-answers.ts';
