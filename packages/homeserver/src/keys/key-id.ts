import { MatrixError } from '../http/errors.ts';

/** `<algorithm>:<id>`, both of visible characters. */
const form = /^([!-9;-~]{1,64}):([!-~]{1,255})$/;

/** Takes the name of a published key apart. 400 M_INVALID_PARAM for what is none. */
export function parsePublishedKeyId(text: string): { readonly algorithm: string; readonly keyId: string } {
  const [, algorithm, keyId] = form.exec(text) ?? [];
  if (algorithm === undefined || keyId === undefined)
    throw new MatrixError(
      'M_INVALID_PARAM',
      `${JSON.stringify(text.slice(0, 300))} is not the name of a key: expected <algorithm>:<key id>.`,
    );
  return { algorithm, keyId };
}
