import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route, type RouteRequest } from '../../http/route.ts';
import type { MediaService } from '../service.ts';
import type { Incoming } from '../uploads.ts';

const query = Type.Object({ filename: Type.Optional(Type.String()) });

/** POST upload. */
export function uploadContent({ uploads }: MediaService): Route {
  return route({
    method: 'POST',
    mount: [...prefixes.mediaToday, ...prefixes.media2015],
    path: '/upload',
    operation: 'uploadContent',
    auth: 'user',
    rate: 'media',
    query,
    errors: ['M_FORBIDDEN', 'M_TOO_LARGE'],
    handle: async (request, requester) => ({ content_uri: await uploads.upload(requester, incoming(request)) }),
  });
}

/** PUT upload/{serverName}/{mediaId}. */
export function uploadContentToMxc({ uploads }: MediaService): Route {
  return route({
    method: 'PUT',
    mount: prefixes.mediaToday,
    path: '/upload/{serverName}/{mediaId}',
    operation: 'uploadContentToMXC',
    auth: 'user',
    rate: 'media',
    query,
    errors: ['M_FORBIDDEN', 'M_NOT_FOUND', 'M_CANNOT_OVERWRITE_MEDIA', 'M_TOO_LARGE'],
    handle: async (request, requester) => {
      await uploads.fill(requester, request.params.serverName, request.params.mediaId, incoming(request));
      return {};
    },
  });
}

/** POST create. */
export function createContent({ uploads }: MediaService): Route {
  return route({
    method: 'POST',
    mount: prefixes.media2015,
    path: '/create',
    operation: 'createContent',
    auth: 'user',
    rate: 'media',
    errors: ['M_LIMIT_EXCEEDED'],
    handle: async (_request, requester) => uploads.create(requester),
  });
}

function incoming({ stream, header, query: { filename } }: RouteRequest<unknown, { readonly filename?: string }, undefined>): Incoming {
  return { stream, contentLength: header('content-length'), contentType: header('content-type'), fileName: filename };
}
