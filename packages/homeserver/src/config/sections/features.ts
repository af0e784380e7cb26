import { choice, flag, list, secret, section, text } from '@hearth/kit';
import { defaultRoomVersion, knownRoomVersions } from '@hearth/protocol';

export const features = section({
  title: 'Services and features',
  doc: 'What else this server does.',
  settings: {
    rateLimits: flag({
      env: 'HEARTH_RATE_LIMITS',
      default: true,
      doc: 'Whether floods of requests are slowed down. Off only for load tests.',
    }),
    defaultRoomVersion: choice(
      knownRoomVersions()
        .filter(({ stability }) => stability === 'stable')
        .map(({ version }) => version),
      {
        env: 'HEARTH_DEFAULT_ROOM_VERSION',
        default: defaultRoomVersion,
        doc: 'The version of rooms that are made without naming one.',
      },
    ),
    appservices: list({
      env: 'HEARTH_APPSERVICES',
      separator: ':',
      default: [],
      doc: 'Registration files of application services (bridges, bots).',
      unbuilt: (files) => files.length > 0,
    }),
    smtp: secret({ env: 'HEARTH_SMTP', doc: 'The mail server: `smtp://user:password@host:port`.', shown: 'address', unbuilt: () => true }),
    services: list({
      env: 'HEARTH_SERVICES',
      separator: ',',
      default: [],
      doc: 'Companions that this process also serves: any of `identity`, `push`, `policy`.',
      unbuilt: (services) => services.length > 0,
    }),
    urlPreviews: flag({
      env: 'HEARTH_URL_PREVIEWS',
      default: false,
      doc: 'Whether the server fetches web pages to show what links lead to.',
      unbuilt: (on) => on,
    }),
    userDirectory: choice(['known', 'everybody'], {
      env: 'HEARTH_USER_DIRECTORY',
      default: 'known',
      doc: 'Whom a search for people finds: `known`, those with whom one shares a room or who are in a room that is open to all; or everybody of this server.',
    }),
    presence: flag({
      env: 'HEARTH_PRESENCE',
      default: true,
      doc: 'Whether people who share a room see who of them is online.',
    }),
    livekit: list({
      env: 'HEARTH_LIVEKIT',
      separator: ',',
      default: [],
      doc: 'Addresses of services that let people into calls on a LiveKit server: `https://call.example.org/livekit/jwt`.',
    }),
    serverNotices: text({
      env: 'HEARTH_SERVER_NOTICES',
      doc: 'The local part of the user who sends notices of the server.',
      defaultText: 'off',
      unbuilt: () => true,
    }),
  },
});
