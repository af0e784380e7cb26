import type { Slice } from '../slice.ts';
import { getConfig, getConfigAuthed } from './client-api/config.ts';
import {
  getContent,
  getContentAuthed,
  getContentOverrideName,
  getContentOverrideNameAuthed,
  getContentThumbnail,
  getContentThumbnailAuthed,
} from './client-api/download.ts';
import { createContent, uploadContent, uploadContentToMxc } from './client-api/upload.ts';
import type { MediaDeps } from './deps.ts';
import { MediaFiles } from './files.ts';
import { MediaService } from './service.ts';
import { Thumbnailer } from './thumbnailer.ts';

export type MediaOptions = Omit<MediaDeps, 'files' | 'thumbnailer'> & { readonly dir: string };
export type MediaSlice = Slice & { readonly start: () => Promise<void>; readonly stop: () => void };

/** Pictures and files: where they are kept, and who gets to see them how. */
export function createMedia(options: MediaOptions): MediaSlice {
  const files = new MediaFiles(options.dir, options.random, options.clock);
  const thumbnailer = new Thumbnailer(options.clock);
  const service = new MediaService({ ...options, files, thumbnailer });
  return {
    name: 'media',
    routes: [
      uploadContent,
      uploadContentToMxc,
      createContent,
      getContentAuthed,
      getContentOverrideNameAuthed,
      getContentThumbnailAuthed,
      getConfigAuthed,
      getContent,
      getContentOverrideName,
      getContentThumbnail,
      getConfig,
    ].map((make) => make(service)),
    streams: [],
    jobs: [],
    projections: [],
    start: () => files.prepare(),
    stop: () => thumbnailer.stop(),
  };
}
