import { formatXMatrix, signedRequestText } from '../x-matrix.ts';
import {
  jsonObject,
  type JsonObject,
  type JsonValue,
  type ServerName,
  signingKeyFromSeed,
  type SigningKey,
  signJson,
  signText,
} from '@hearth/protocol';

/** Another server, as far as others see it: a name and keys. */
export type OtherServerOfTest = {
  readonly name: ServerName;
  readonly key: SigningKey;
  /** What it says of its keys. */
  keyAnswer(validUntilTs: number, more?: { readonly old?: JsonObject; readonly keys?: readonly SigningKey[] }): JsonObject;
  authorization(request: { method: string; uri: string; destination: string; content?: JsonValue }): string;
};

export function testKey(seed: number, id = 'k'): SigningKey {
  const key = signingKeyFromSeed(new Uint8Array(32).fill(seed), `ed25519:${id}`);
  if (key === undefined) throw new Error('no such key');
  return key;
}

export function otherServer(serverName: string, seed: number, id = 'k'): OtherServerOfTest {
  const name = serverName as ServerName;
  const key = testKey(seed, id);
  return {
    name,
    key,
    keyAnswer: (validUntilTs, { old = jsonObject({}), keys = [key] } = {}) => {
      const answer = jsonObject({
        server_name: name,
        valid_until_ts: validUntilTs,
        verify_keys: jsonObject(Object.fromEntries(keys.map(({ keyId, publicKey }) => [keyId, jsonObject({ key: publicKey })]))),
        old_verify_keys: old,
      });
      return keys.reduce((signed, one) => signJson(signed, name, one), answer);
    },
    authorization: ({ method, uri, destination, content }) => {
      const text = signedRequestText({ method, uri, origin: name, destination, content });
      return formatXMatrix({ origin: name, destination: destination as ServerName, keyId: key.keyId, signature: signText(text, key) });
    },
  };
}
