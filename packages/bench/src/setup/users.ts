import { createHmac } from 'node:crypto';

import { json } from '../http/response-reader.ts';
import { eachOf, type Server } from './server.ts';
import type { Random } from '@hearth/kit';

export type User = { readonly userId: string; readonly token: string };

const atOnce = 8;

/** Makes new accounts, with names that nobody has. */
export function registerUsers(server: Server, count: number, random: Random, sharedSecret: string | undefined): Promise<User[]> {
  const run = random.text(8, 'abcdefghijklmnopqrstuvwxyz0123456789');
  const names = Array.from({ length: count }, (_, index) => `bench-${run}-${index}`);
  const password = random.token(128);
  return eachOf(names, atOnce, (name) =>
    sharedSecret === undefined ? openly(server, name, password) : bySecret(server, name, password, sharedSecret),
  );
}

/** https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3register with the stage that asks nothing. */
async function openly(server: Server, username: string, password: string): Promise<User> {
  const call = { method: 'POST', path: '/_matrix/client/v3/register' };
  const body = { username, password, auth: { type: 'm.login.dummy' } };
  let answer = await server.call({ ...call, body });
  if (answer.status === 401) {
    const { session } = json(answer) as { session?: string };
    answer = await server.call({ ...call, body: { ...body, auth: { type: 'm.login.dummy', session } } });
  }
  if (answer.status !== 200) {
    throw new Error(
      `the server does not let ${username} register (${answer.status}: ${answer.body.slice(0, 200)}): it needs open registration, or --registration-shared-secret`,
    );
  }
  return asUser(json(answer));
}

/** Synapse's way for scripts, which other servers have too. */
async function bySecret(server: Server, username: string, password: string, secret: string): Promise<User> {
  const path = '/_synapse/admin/v1/register';
  const { nonce } = (await server.ok({ method: 'GET', path })) as { nonce: string };
  const mac = createHmac('sha1', secret).update([nonce, username, password, 'notadmin'].join('\0')).digest('hex');
  return asUser(await server.ok({ method: 'POST', path, body: { nonce, username, password, admin: false, mac } }));
}

function asUser(body: { user_id: string; access_token: string }): User {
  return { userId: body.user_id, token: body.access_token };
}
