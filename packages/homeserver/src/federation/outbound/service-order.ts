import type { Random, ServiceRecord } from '@hearth/kit';

/** Hosts of one service that are tried. */
const servicesMax = 8;

/**
 * The records of a service in the order in which they are tried (RFC 2782): lower priorities first, and among equals each as likely as its
 * weight says. A single `.` says that the service is decidedly not there.
 */
export function serviceOrder(records: readonly ServiceRecord[], random: Random): readonly ServiceRecord[] {
  const usable = records.filter(({ host, port }) => host !== '' && host !== '.' && port > 0).slice(0, 4 * servicesMax);
  const byPriority = Map.groupBy(usable, ({ priority }) => priority);
  const ordered: ServiceRecord[] = [];
  for (const [, equals] of [...byPriority].sort(([a], [b]) => a - b)) {
    const left = [...equals];
    while (left.length > 0) ordered.push(...left.splice(draw(left, random), 1));
  }
  return ordered.slice(0, servicesMax);
}

/** Also records of weight 0 have a small chance. */
function draw(records: readonly ServiceRecord[], random: Random): number {
  const shares = records.map(({ weight }) => weight * 100 + 1);
  let at = random.integer(shares.reduce((sum, share) => sum + share, 0));
  return shares.findIndex((share) => (at -= share) < 0);
}
