import type { BackupKeys } from './keys.ts';
import type { BackupVersions } from './versions.ts';

/** What the slice does, for its routes and its job. */
export type KeyBackup = { readonly versions: BackupVersions; readonly keys: BackupKeys };
