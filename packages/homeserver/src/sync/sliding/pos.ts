import { parseToken, type SyncToken, writeSyncToken } from '../../streams/tokens.ts';

/** `pos`: which state of which connection the client has, and up to where in the stream it was told what is new. */
export type Pos = { readonly connection: number; readonly answer: number; readonly token: SyncToken };

const form = /^c(\d{1,16})_(\d{1,16})_(s.{1,100})$/;

export function writePos({ connection, answer, token }: Pos): string {
  return `c${connection}_${answer}_${writeSyncToken(token)}`;
}

/** Undefined for what is no pos of ours. */
export function parsePos(text: string): Pos | undefined {
  const match = form.exec(text);
  const token = parseToken(match?.[3] ?? '');
  const [connection, answer] = [Number(match?.[1]), Number(match?.[2])];
  if (token?.kind !== 'sync' || !Number.isSafeInteger(connection) || !Number.isSafeInteger(answer)) return undefined;
  return { connection, answer, token };
}
