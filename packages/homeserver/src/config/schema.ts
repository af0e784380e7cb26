import { database } from './sections/database.ts';
import { features } from './sections/features.ts';
import { federation } from './sections/federation.ts';
import { listeners } from './sections/listeners.ts';
import { log } from './sections/log.ts';
import { media } from './sections/media.ts';
import { registration } from './sections/registration.ts';
import { retention } from './sections/retention.ts';
import { rooms } from './sections/rooms.ts';
import { server } from './sections/server.ts';
import type { ConfigProblem, ConfigValues } from '@hearth/kit';

const sections = { server, database, listeners, registration, rooms, federation, features, media, retention, log };

/** Every setting of the homeserver. A new one goes into a file of sections/. */
export const settingsSchema = {
  prefix: 'HEARTH_',
  otherVariables: ['HEARTH_CONFIG'],
  sections,
  checkTogether,
};

/** The settings as the program gets them. */
export type Settings = ConfigValues<{ readonly prefix: string; readonly sections: typeof sections }>;

function checkTogether({ listeners: { plain, tls, tlsCert, tlsKey } }: Settings): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (tls.length > 0 && (tlsCert === undefined || tlsKey === undefined)) {
    problems.push({
      where: 'listeners.tls',
      message: 'HTTPS needs listeners.tls_cert and listeners.tls_key (HEARTH_TLS_CERT, HEARTH_TLS_KEY)',
    });
  }
  if (plain.length === 0 && tls.length === 0) problems.push({ where: 'listeners.plain', message: 'the server would listen nowhere' });
  return problems;
}
