import { Type } from 'typebox';

import { Reply } from '../../http/reply.ts';
import { route, type Route } from '../../http/route.ts';
import { doneScript, fallbackDone, fallbackForm, fallbackRefused } from '../pages/fallback-page.ts';
import type { AccountsService } from '../service.ts';
import type { Stage } from '../uia/index.ts';
import { type Html } from '@hearth/kit';

const path = '/auth/{authType}/fallback/web';

/** GET auth/{authType}/fallback/web?session=… */
export function showAuthFallback({ uia }: AccountsService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path,
    operation: 'showAuthFallback',
    auth: 'none',
    rate: 'read',
    query: Type.Object({ session: Type.String() }),
    errors: ['M_MISSING_PARAM'],
    handle: async ({ params: { authType }, query: { session } }) =>
      (await uia.offers(session, authType))
        ? page(fallbackForm({ stage: authType as Stage, session, wrong: undefined }))
        : page(fallbackRefused(), 404),
  });
}

const fallbackBody = Type.Object({ session: Type.String(), password: Type.Optional(Type.String()), token: Type.Optional(Type.String()) });

/** The form of that page. */
export function sendAuthFallback({ uia }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path,
    operation: 'sendAuthFallback',
    auth: 'none',
    rate: 'login',
    body: fallbackBody,
    bodyFormat: 'form',
    bodyBytesMax: 16 * 1024,
    errors: ['M_MISSING_PARAM'],
    handle: async ({ params: { authType }, body, ip }) => {
      const { session, password, token } = body;
      const fields = { ...(password === undefined ? {} : { password }), ...(token === undefined ? {} : { token }) };
      if (!(await uia.offers(session, authType))) return page(fallbackRefused(), 404);
      const wrong = await uia.passOnPage(session, authType, fields, ip);
      return wrong === undefined ? page(fallbackDone()) : page(fallbackForm({ stage: authType as Stage, session, wrong }), 400);
    },
  });
}

/** The script of the page that says so when the stage is done. */
export function getAuthDoneScript(): Route {
  const script = Buffer.from(doneScript);
  return route({
    method: 'GET',
    mount: 'client',
    path: '/auth/done.js',
    operation: 'getAuthDoneScript',
    auth: 'none',
    rate: 'read',
    errors: [],
    handle: async () => new Reply(200, script, { 'content-type': 'text/javascript; charset=utf-8' }),
  });
}

function page(html: Html, status = 200): Reply {
  return new Reply(status, html);
}
