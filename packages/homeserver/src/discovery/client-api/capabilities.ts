import type { RoomTemplate } from '../../config/index.ts';
import { route, type Route } from '../../http/route.ts';
import type { DiscoveryDeps } from '../slice.ts';
import { knownRoomVersions } from '@hearth/protocol';

/** GET capabilities: what the user may do here. */
export function getCapabilities(deps: Pick<DiscoveryDeps, 'delayedEvents' | 'templates' | 'defaultRoomVersion'>): Route {
  const { delayedEvents, templates, defaultRoomVersion } = deps;
  return route({
    method: 'GET',
    mount: 'client',
    path: '/capabilities',
    operation: 'getCapabilities',
    auth: 'guest',
    rate: 'read',
    errors: [],
    handle: async (_request, requester) => ({
      capabilities: {
        'm.room_versions': {
          default: defaultRoomVersion,
          available: Object.fromEntries(knownRoomVersions().map(({ version, stability }) => [version, stability])),
        },
        'm.change_password': { enabled: !requester.isGuest },
        'm.set_displayname': { enabled: true },
        'm.set_avatar_url': { enabled: true },
        'm.profile_fields': { enabled: true },
        'm.3pid_changes': { enabled: false },
        'm.get_login_token': { enabled: false },
        ...(requester.isAdmin ? { 'm.account_moderation': { suspend: true, lock: true } } : {}),
        'm.forget_forced_upon_leave': { enabled: false },
        'org.matrix.msc4140.delayed_events': { enabled: true, ...delayedEvents },
        ...(templates.size === 0 ? {} : { 'hearth.room_templates': Object.fromEntries([...templates].map(listed)) }),
      },
    }),
  });
}

function listed([name, { basedOn, visibility }]: readonly [string, RoomTemplate]): readonly [string, object] {
  return [name, { preset: basedOn, visibility }];
}
