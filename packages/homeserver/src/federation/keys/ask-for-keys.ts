import { NoAnswer, type ServerClient } from '../outbound/server-client.ts';
import { type KeyAnswer, keyAnswerBytesMax, readKeyAnswer } from './key-answer.ts';
import type { Clock } from '@hearth/kit';
import { isJsonObject, jsonObject, jsonObjectFrom, own, ownArray, type ServerName, verifyJson, type VerifyKey } from '@hearth/protocol';

const askMsMax = 10_000;
/** A notary's answer about so many servers. */
export const serversPerQuestionMax = 100;
const notaryBytesMax = 4 * 1024 * 1024;

export type AskDeps = { readonly client: Pick<ServerClient, 'ask'>; readonly clock: Clock };

/** What a server says of its own keys; undefined when it says nothing that counts. */
export async function askServer({ client, clock }: AskDeps, serverName: ServerName, signal?: AbortSignal): Promise<KeyAnswer | undefined> {
  const answer = await unlessSilent(
    client.ask({
      to: serverName,
      method: 'GET',
      uri: '/_matrix/key/v2/server',
      bytesMax: keyAnswerBytesMax,
      msMax: askMsMax,
      ...(signal === undefined ? {} : { signal }),
    }),
  );
  const read = answer?.status === 200 ? readKeyAnswer(answer.body, clock.now()) : undefined;
  return read?.serverName === serverName ? read : undefined;
}

/** Wanted of a notary: the keys of these servers, known until these times at least; of no id, whatever is in use. */
export type NotaryQuestion = ReadonlyMap<ServerName, ReadonlyMap<string | undefined, number>>;

/** What a notary heard of others; only what it has signed, and what each server had signed itself. */
export async function askNotary(
  { client, clock }: AskDeps,
  notary: ServerName,
  notaryKeys: (keyId: string) => VerifyKey | undefined,
  wanted: NotaryQuestion,
): Promise<readonly KeyAnswer[]> {
  const serverKeys = [...wanted].map(([server, keys]) => {
    const criteria = [...keys].flatMap(([keyId, ts]) =>
      keyId === undefined ? [] : [[keyId, jsonObject({ minimum_valid_until_ts: ts })] as const],
    );
    return [server, jsonObjectFrom(criteria)] as const;
  });
  const answer = await unlessSilent(
    client.ask({
      to: notary,
      method: 'POST',
      uri: '/_matrix/key/v2/query',
      content: jsonObject({ server_keys: jsonObjectFrom(serverKeys) }),
      bytesMax: notaryBytesMax,
      msMax: askMsMax,
    }),
  );
  if (answer?.status !== 200 || !isJsonObject(answer.body)) return [];
  return (ownArray(answer.body, 'server_keys') ?? []).slice(0, 2 * serversPerQuestionMax).flatMap((one) => {
    if (!isJsonObject(one) || !wanted.has(own(one, 'server_name') as ServerName)) return [];
    if (!verifyJson(one, notary, (_entity, keyId) => notaryKeys(keyId)).allowed) return [];
    const read = readKeyAnswer(one, clock.now());
    return read === undefined ? [] : [read];
  });
}

async function unlessSilent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
}
