import type { KeyRank } from './store.ts';

/**
 * Whether a key is to take the place of the one that is stored: verified before unverified, then what decrypts from an earlier message
 * on, then what went through fewer hands (https://spec.matrix.org/v1.19/client-server-api/#backing-up-keys). Of equals the first stays.
 */
export function isBetterKey(key: KeyRank, stored: KeyRank): boolean {
  if (key.is_verified !== stored.is_verified) return key.is_verified > stored.is_verified;
  if (key.first_message_index !== stored.first_message_index) return key.first_message_index < stored.first_message_index;
  return key.forwarded_count < stored.forwarded_count;
}
