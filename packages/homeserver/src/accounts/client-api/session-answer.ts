import type { Generation } from '../../http/route.ts';
import { checkedDeviceId, checkedDeviceName, type Issued, type NewSession } from '../sessions.ts';

/** How devices are named that clients of 2015 log in with; they know no device ids. */
export const deviceNameOf2015 = '2015 API';

type ClientFacts = { readonly generation: Generation; readonly ip: string; readonly userAgent: string | undefined };
type SessionFields = {
  readonly device_id?: string | undefined;
  readonly initial_device_display_name?: string | undefined;
  readonly refresh_token?: boolean | undefined;
};

export function isOf2015(generation: Generation): boolean {
  return generation === 'v1' || generation === 'v2a';
}

/** The session that a login's or a registration's body asks for. 400 M_INVALID_PARAM for an impossible id or name of the device. */
export function newSession({ generation, ip, userAgent }: ClientFacts, body: SessionFields): NewSession {
  const { device_id: deviceId, initial_device_display_name: name = isOf2015(generation) ? deviceNameOf2015 : undefined } = body;
  return {
    deviceId: deviceId === undefined ? undefined : checkedDeviceId(deviceId),
    displayName: name === undefined ? undefined : checkedDeviceName(name),
    wantsRefreshToken: body.refresh_token ?? false,
    ip,
    userAgent,
  };
}

/** What both answer. `home_server` is what clients before user ids were split by everybody looked at. */
export function sessionAnswer(userId: string, issued: Issued | undefined): Record<string, unknown> {
  return {
    user_id: userId,
    home_server: userId.slice(userId.indexOf(':') + 1),
    ...(issued === undefined ? {} : { device_id: issued.deviceId, ...tokenAnswer(issued) }),
  };
}

export function tokenAnswer({ accessToken, refreshToken, expiresInMs }: Issued): Record<string, unknown> {
  return {
    access_token: accessToken,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    ...(expiresInMs === undefined ? {} : { expires_in_ms: expiresInMs }),
  };
}
