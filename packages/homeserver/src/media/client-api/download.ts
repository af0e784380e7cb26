import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { type Requester, route, type Route } from '../../http/route.ts';
import type { Wanted } from '../downloads.ts';
import type { MediaService } from '../service.ts';

const timeout = { timeout_ms: Type.Optional(Type.Integer({ minimum: 0 })) };
const download = Type.Object(timeout);
const thumbnail = Type.Object({
  ...timeout,
  width: Type.Integer({ minimum: 1 }),
  height: Type.Integer({ minimum: 1 }),
  method: Type.Optional(Type.Union([Type.Literal('crop'), Type.Literal('scale')])),
  animated: Type.Optional(Type.Boolean()),
});
const errors = ['M_NOT_FOUND', 'M_NOT_YET_UPLOADED'];

/** The same routes stand in two places: their paths there, and who may call them. */
type Place = { readonly mount: readonly string[]; readonly auth: 'guest' | 'optional' };

/** Where media are for users only. */
const authed: Place = { mount: [...prefixes.v1, ...prefixes.msc3916].map((prefix) => `${prefix}/media`), auth: 'guest' };
/** Paths from before that: what strangers see there a setting says. */
const legacy: Place = { mount: [...prefixes.mediaToday, ...prefixes.media2015], auth: 'optional' };

/** GET media/download/{serverName}/{mediaId}. */
export const getContentAuthed = (media: MediaService): Route => content(media, 'getContentAuthed', authed);
/** GET download/{serverName}/{mediaId}. */
export const getContent = (media: MediaService): Route => content(media, 'getContent', legacy);

function content({ downloads }: MediaService, operation: string, place: Place): Route {
  return route({
    ...place,
    method: 'GET',
    path: '/download/{serverName}/{mediaId}',
    operation,
    rate: 'media',
    query: download,
    errors,
    handle: async (request, requester) => downloads.download(wanted(request, requester), request.header),
  });
}

/** GET media/download/{serverName}/{mediaId}/{fileName}. */
export const getContentOverrideNameAuthed = (media: MediaService): Route => namedContent(media, 'getContentOverrideNameAuthed', authed);
/** GET download/{serverName}/{mediaId}/{fileName}. */
export const getContentOverrideName = (media: MediaService): Route => namedContent(media, 'getContentOverrideName', legacy);

function namedContent({ downloads }: MediaService, operation: string, place: Place): Route {
  return route({
    ...place,
    method: 'GET',
    path: '/download/{serverName}/{mediaId}/{fileName}',
    operation,
    rate: 'media',
    query: download,
    errors,
    handle: async (request, requester) => downloads.download(wanted(request, requester), request.header, request.params.fileName),
  });
}

/** GET media/thumbnail/{serverName}/{mediaId}. */
export const getContentThumbnailAuthed = (media: MediaService): Route => contentThumbnail(media, 'getContentThumbnailAuthed', authed);
/** GET thumbnail/{serverName}/{mediaId}. */
export const getContentThumbnail = (media: MediaService): Route => contentThumbnail(media, 'getContentThumbnail', legacy);

function contentThumbnail({ thumbnails }: MediaService, operation: string, place: Place): Route {
  return route({
    ...place,
    method: 'GET',
    path: '/thumbnail/{serverName}/{mediaId}',
    operation,
    rate: 'media',
    query: thumbnail,
    errors: [...errors, 'M_UNKNOWN', 'M_TOO_LARGE'],
    handle: async (request, requester) => {
      const { width, height, method = 'scale', animated = false } = request.query;
      return thumbnails.thumbnail({ ...wanted(request, requester), width, height, method, animated, header: request.header });
    },
  });
}

type Asked = {
  readonly params: { readonly serverName: string; readonly mediaId: string };
  readonly query: { readonly timeout_ms?: number };
  readonly signal: AbortSignal;
};

function wanted({ params, query, signal }: Asked, requester: Requester | undefined): Wanted {
  const { serverName, mediaId } = params;
  return { serverName, mediaId, timeoutMs: query.timeout_ms, signal, isStranger: requester === undefined };
}
