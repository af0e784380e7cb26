import { choice, logLevels, section, text } from '@hearth/kit';

export const log = section({
  title: 'Log',
  doc: 'What the program writes about its work. Tokens, passwords and messages never stand in it.',
  settings: {
    level: choice(logLevels, { env: 'HEARTH_LOG_LEVEL', default: 'info', doc: 'The least important level that is written.' }),
    format: text({
      env: 'HEARTH_LOG_FORMAT',
      doc: '`pretty` for people, `json` for programs.',
      defaultText: '`pretty` on a terminal, `json` elsewhere',
      check: (format) => (format === 'pretty' || format === 'json' ? undefined : 'expected pretty or json'),
    }),
    requests: choice(['all', 'failed', 'off'], {
      env: 'HEARTH_LOG_REQUESTS',
      default: 'all',
      doc: 'Which requests get a line each, with path, status, time and address.',
    }),
  },
});
