import { integer, section } from '@hearth/kit';

/** A hundred years: what lasts longer lasts for ever. */
const daysMax = 36_500;

export const retention = section({
  title: 'Retention',
  doc: 'How long things are kept.',
  settings: {
    redactedDays: integer({
      env: 'HEARTH_RETENTION_REDACTED_DAYS',
      default: 7,
      min: 1,
      max: daysMax,
      doc: 'After how many days words of redacted and deleted messages are gone from the search index’s file too. Nobody finds them from the first moment on, and their text is gone from all tables.',
    }),
  },
});
