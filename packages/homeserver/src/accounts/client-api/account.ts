import { Type } from 'typebox';

import { authSchema } from '../../http/auth-schema.ts';
import { route, type Route } from '../../http/route.ts';
import { requireGoodPassword } from '../password-rules.ts';
import type { AccountsService } from '../service.ts';

const passwordBody = Type.Object({ new_password: Type.String(), logout_devices: Type.Optional(Type.Boolean()), auth: authSchema });

/** POST account/password. The other sessions end unless the client asks to keep them. */
export function changePassword({ accounts, uia }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/account/password',
    operation: 'changePassword',
    auth: 'user',
    rate: 'login',
    body: passwordBody,
    errors: ['M_WEAK_PASSWORD', 'M_MISSING_PARAM', 'M_INVALID_PARAM'],
    handle: async ({ body, ip }, requester) => {
      requireGoodPassword(body.new_password);
      await uia.require({ operation: 'changePassword', requester, body, ip });
      await accounts.setPassword(requester.user, body.new_password, body.logout_devices === false ? undefined : requester.deviceId);
      return {};
    },
  });
}

const deactivationBody = Type.Object({ auth: authSchema, id_server: Type.Optional(Type.String()), erase: Type.Optional(Type.Boolean()) });

/** POST account/deactivate: for good. No address of anybody is bound to an identity service, so there is nothing to unbind. */
export function deactivateAccount({ accounts, uia }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/account/deactivate',
    operation: 'deactivateAccount',
    auth: 'user',
    rate: 'login',
    body: deactivationBody,
    errors: [],
    handle: async ({ body, ip }, requester) => {
      await uia.require({ operation: 'deactivateAccount', requester, body, ip });
      await accounts.deactivate(requester.user, { erase: body.erase ?? false });
      return { id_server_unbind_result: 'success' };
    },
  });
}

/** GET account/3pid: accounts of this server have no e-mail addresses and telephone numbers. */
export function getAccount3PIDs(): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/account/3pid',
    operation: 'getAccount3PIDs',
    auth: 'user',
    rate: 'read',
    errors: [],
    handle: async () => ({ threepids: [] }),
  });
}
