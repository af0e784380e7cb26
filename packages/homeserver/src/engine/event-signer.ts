import { domainOf, type JsonObject, jsonObject, signText, type SigningKey } from '@hearth/protocol';

/**
 * The one place where events are signed. It signs only what engine/create-event.ts built from listed fields, for the domain of
 * the sender, and only if that domain is ours; bytes that somebody else chose never come here.
 */
export class EventSigner {
  readonly #keys: ReadonlyMap<string, SigningKey>;
  /** How many signatures were made: tests assert that hostile input makes none. */
  signatures = 0;

  /** The current key of each local domain. */
  constructor(keys: ReadonlyMap<string, SigningKey>) {
    this.#keys = keys;
  }

  /** Whether a domain is ours. */
  signsFor(domain: string): boolean {
    return this.#keys.has(domain);
  }

  /** The `signatures` object for an event's essential JSON. */
  sign(essentialJson: string, sender: string): JsonObject {
    const domain = domainOf(sender) ?? '';
    const key = this.#keys.get(domain);
    if (!key) throw new Error(`events of ${sender} cannot be signed here: the domain is not ours`);
    this.signatures += 1;
    return jsonObject({ [domain]: jsonObject({ [key.keyId]: signText(essentialJson, key) }) });
  }
}
