import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { AccountData } from '../service.ts';
import type { JsonObject } from '@hearth/protocol';

const body = Type.Record(Type.String(), Type.Unknown());
const errors = ['M_FORBIDDEN', 'M_NOT_FOUND', 'M_INVALID_PARAM', 'M_BAD_JSON'];

/** PUT user/{userId}/account_data/{type}. */
export function setAccountData(accountData: AccountData): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/user/{userId}/account_data/{type}',
    operation: 'setAccountData',
    auth: 'guest',
    rate: 'write',
    body,
    errors,
    handle: async ({ params, body: content }, requester) => {
      await accountData.put(requester, params.userId, undefined, params.type, content as JsonObject);
      return {};
    },
  });
}

/** GET user/{userId}/account_data/{type}. */
export function getAccountData(accountData: AccountData): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/user/{userId}/account_data/{type}',
    operation: 'getAccountData',
    auth: 'guest',
    rate: 'read',
    errors,
    handle: ({ params }, requester) => accountData.get(requester, params.userId, undefined, params.type),
  });
}

/** PUT user/{userId}/rooms/{roomId}/account_data/{type}. */
export function setAccountDataPerRoom(accountData: AccountData): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/user/{userId}/rooms/{roomId}/account_data/{type}',
    operation: 'setAccountDataPerRoom',
    auth: 'guest',
    rate: 'write',
    body,
    errors,
    handle: async ({ params, body: content }, requester) => {
      await accountData.put(requester, params.userId, params.roomId, params.type, content as JsonObject);
      return {};
    },
  });
}

/** GET user/{userId}/rooms/{roomId}/account_data/{type}. */
export function getAccountDataPerRoom(accountData: AccountData): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/user/{userId}/rooms/{roomId}/account_data/{type}',
    operation: 'getAccountDataPerRoom',
    auth: 'guest',
    rate: 'read',
    errors,
    handle: ({ params }, requester) => accountData.get(requester, params.userId, params.roomId, params.type),
  });
}

/** DELETE user/{userId}/account_data/{type} (MSC3391). */
export function deleteAccountData(accountData: AccountData): Route {
  return route({
    method: 'DELETE',
    mount: prefixes.msc3391,
    path: '/user/{userId}/account_data/{type}',
    operation: 'deleteAccountData',
    auth: 'guest',
    rate: 'write',
    errors,
    handle: async ({ params }, requester) => {
      await accountData.delete(requester, params.userId, undefined, params.type);
      return {};
    },
  });
}

/** DELETE user/{userId}/rooms/{roomId}/account_data/{type} (MSC3391). */
export function deleteAccountDataPerRoom(accountData: AccountData): Route {
  return route({
    method: 'DELETE',
    mount: prefixes.msc3391,
    path: '/user/{userId}/rooms/{roomId}/account_data/{type}',
    operation: 'deleteAccountDataPerRoom',
    auth: 'guest',
    rate: 'write',
    errors,
    handle: async ({ params }, requester) => {
      await accountData.delete(requester, params.userId, params.roomId, params.type);
      return {};
    },
  });
}
