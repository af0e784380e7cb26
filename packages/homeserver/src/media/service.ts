import type { MediaDeps } from './deps.ts';
import { Downloads } from './downloads.ts';
import { Thumbnails } from './thumbnails.ts';
import { Uploads } from './uploads.ts';

/** What the media slice does, for its routes. */
export class MediaService {
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly thumbnails: Thumbnails;

  constructor(deps: MediaDeps) {
    this.uploads = new Uploads(deps);
    this.downloads = new Downloads(deps, this.uploads);
    this.thumbnails = new Thumbnails(deps, this.downloads);
  }
}
