/** Grammars that identifiers without a sigil share. */

/** Opaque identifiers: 1 to 255 of `0-9A-Za-z-._~` (https://spec.matrix.org/v1.19/appendices/#opaque-identifiers). */
export function isOpaqueIdentifier(text: string): boolean {
  return /^[0-9A-Za-z\-._~]{1,255}$/.test(text);
}

/** Namespaced identifiers: a letter, then letters, digits, `-_.`, lower case (https://spec.matrix.org/v1.19/appendices/#common-namespaced-identifier-grammar). */
export function isNamespacedIdentifier(text: string): boolean {
  return /^[a-z][a-z0-9\-_.]{0,254}$/.test(text);
}
