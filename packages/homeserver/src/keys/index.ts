export type { KeysToUpload, KeyUpload } from './upload.ts';
