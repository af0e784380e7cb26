import { type JsonObject, ownObject, signingKeyIds } from '@hearth/protocol';

export type GivenSignature = {
  readonly signerKeyId: string;
  /** Of the signing key: a device's id or a public key. */
  readonly keyId: string;
  readonly signature: string;
};

/** The Ed25519 signatures of a user on an object; others are not looked at. */
export function signaturesBy(object: JsonObject, userId: string): GivenSignature[] {
  const given = ownObject(ownObject(object, 'signatures') ?? {}, userId) ?? {};
  return signingKeyIds(object, userId).flatMap((signerKeyId) => {
    const signature = given[signerKeyId];
    return typeof signature === 'string' ? [{ signerKeyId, keyId: signerKeyId.slice(signerKeyId.indexOf(':') + 1), signature }] : [];
  });
}
