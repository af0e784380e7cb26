export * from './client/index.ts';
export * from './spec/index.ts';
