import type { Domains } from '../domains.ts';
import type { MediaFiles } from './files.ts';
import type { Thumbnailer } from './thumbnailer.ts';
import type { Clock, Random } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** What the media slice is handed by server.ts. */
export type MediaDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly domains: Domains;
  readonly files: MediaFiles;
  readonly thumbnailer: Thumbnailer;
  readonly settings: {
    readonly uploadBytesMax: number;
    readonly userQuotaBytes: number;
    readonly totalQuotaBytes: number;
    readonly legacyUnauthenticated: 'off' | 'local' | 'all';
  };
};
