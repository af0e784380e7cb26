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

/** Where media are for users only. */
const authed = [...prefixes.v1.map((prefix) => `${prefix}/media`), ...prefixes.msc3916.map((prefix) => `${prefix}/media`)];
/** Paths from before that: what strangers see there a setting says. */
const legacy = [...prefixes.mediaToday, ...prefixes.media2015];

/** GET media/download/{serverName}/{mediaId}. */
export function getContentAuthed({ downloads }: MediaService): Route {
  return route({
    method: 'GET',
    mount: authed,
    path: '/download/{serverName}/{mediaId}',
    operation: 'getContentAuthed',
    auth: 'guest',
    rate: 'media',
    query: download,
    errors,
    handle: async (request, requester) => downloads.download(wanted(request, requester), request.header),
  });
}

/** GET media/download/{serverName}/{mediaId}/{fileName}. */
export function getContentOverrideNameAuthed({ downloads }: MediaService): Route {
  return route({
    method: 'GET',
    mount: authed,
    path: '/download/{serverName}/{mediaId}/{fileName}',
    operation: 'getContentOverrideNameAuthed',
    auth: 'guest',
    rate: 'media',
    query: download,
    errors,
    handle: async (request, requester) => downloads.download(wanted(request, requester), request.header, request.params.fileName),
  });
}

/** GET media/thumbnail/{serverName}/{mediaId}. */
export function getContentThumbnailAuthed({ thumbnails }: MediaService): Route {
  return route({
    method: 'GET',
    mount: authed,
    path: '/thumbnail/{serverName}/{mediaId}',
    operation: 'getContentThumbnailAuthed',
    auth: 'guest',
    rate: 'media',
    query: thumbnail,
    errors: [...errors, 'M_UNKNOWN', 'M_TOO_LARGE'],
    handle: async (request, requester) => {
      const { width, height, method = 'scale', animated = false } = request.query;
      return thumbnails.thumbnail({ ...wanted(request, requester), width, height, method, animated, header: request.header });
    },
  });
}

/** GET download/{serverName}/{mediaId}. */
export function getContent({ downloads }: MediaService): Route {
  return route({
    method: 'GET',
    mount: legacy,
    path: '/download/{serverName}/{mediaId}',
    operation: 'getContent',
    auth: 'optional',
    rate: 'media',
    query: download,
    errors,
    handle: async (request, requester) => downloads.download(wanted(request, requester), request.header),
  });
}

/** GET download/{serverName}/{mediaId}/{fileName}. */
export function getContentOverrideName({ downloads }: MediaService): Route {
  return route({
    method: 'GET',
    mount: legacy,
    path: '/download/{serverName}/{mediaId}/{fileName}',
    operation: 'getContentOverrideName',
    auth: 'optional',
    rate: 'media',
    query: download,
    errors,
    handle: async (request, requester) => downloads.download(wanted(request, requester), request.header, request.params.fileName),
  });
}

/** GET thumbnail/{serverName}/{mediaId}. */
export function getContentThumbnail({ thumbnails }: MediaService): Route {
  return route({
    method: 'GET',
    mount: legacy,
    path: '/thumbnail/{serverName}/{mediaId}',
    operation: 'getContentThumbnail',
    auth: 'optional',
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
