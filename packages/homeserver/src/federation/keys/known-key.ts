import type { KeyValidity, ServerName, VerifyKey } from '@hearth/protocol';

/** A key of a server, and how long that server says it may be believed. */
export type KnownKey = { readonly key: VerifyKey; readonly validity: KeyValidity };

/** The keys that are known now. */
export type KeyOf = (serverName: string, keyId: string) => KnownKey | undefined;

/**
 * A key that something is signed with, and when that was: of a key that is still in use, more must be known than up to then. Without an
 * id, any key that the server has in use.
 */
export type WantedKey = { readonly serverName: ServerName; readonly keyId: string | undefined; readonly atTs: number };
