declare const brand: unique symbol;

/**
 * A string whose grammar has been checked. Only the parse functions of this folder make one, at the edge; code that
 * takes a `UserId` need not ask again.
 */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

/** The size limit of every identifier with a sigil, in bytes (https://spec.matrix.org/v1.19/appendices/#common-identifier-format). */
export const identifierBytesMax = 255;
