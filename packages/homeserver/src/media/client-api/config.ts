import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { MediaService } from '../service.ts';

/** GET media/config. */
export function getConfigAuthed({ uploads }: MediaService): Route {
  return route({
    method: 'GET',
    mount: [...prefixes.v1, ...prefixes.msc3916],
    path: '/media/config',
    operation: 'getConfigAuthed',
    auth: 'guest',
    rate: 'read',
    errors: [],
    handle: async () => ({ 'm.upload.size': uploads.bytesMax }),
  });
}

/** GET config, where it was before. */
export function getConfig({ uploads }: MediaService): Route {
  return route({
    method: 'GET',
    mount: prefixes.mediaToday,
    path: '/config',
    operation: 'getConfig',
    auth: 'guest',
    rate: 'read',
    errors: [],
    handle: async () => ({ 'm.upload.size': uploads.bytesMax }),
  });
}
