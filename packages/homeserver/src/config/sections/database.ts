import { secret, section, text } from '@hearth/kit';

export const database = section({
  title: 'Database and bus',
  doc: 'Where everything is stored, and how several processes on one database wake each other.',
  settings: {
    url: secret({
      env: 'HEARTH_DATABASE',
      doc: '`sqlite:FILE`, or `postgres://user:password@host:port/name`.',
      defaultText: '`sqlite:hearth.db` in the data directory',
      shown: 'address',
      check: (url) => (/^(sqlite:.|postgres(ql)?:\/\/)/.test(url) ? undefined : 'expected sqlite:FILE or postgres://…'),
    }),
    bus: text({
      env: 'HEARTH_BUS',
      default: 'auto',
      doc: '`in-process` for one process, `postgres` for several on one PostgreSQL, `auto` to choose by the database, `nats://…`.',
      check: (bus) =>
        ['auto', 'in-process', 'postgres'].includes(bus) || bus.startsWith('nats://') ? undefined : 'expected auto, in-process or postgres',
      unbuilt: (bus) => bus.startsWith('nats://'),
    }),
  },
});
