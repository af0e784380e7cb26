import { flag, integer, section } from '@hearth/kit';

/** A hundred years: what lasts longer lasts for ever. */
const daysMax = 36_500;

export const retention = section({
  title: 'Retention',
  doc: 'How long messages are kept. What is deleted here is gone for the people of this server; other servers decide for themselves.',
  settings: {
    enabled: flag({
      env: 'HEARTH_RETENTION',
      default: false,
      doc: 'Whether messages go after a time: that of the room (`m.room.retention`), within the limits below, or the default.',
    }),
    defaultDays: integer({
      env: 'HEARTH_RETENTION_DEFAULT_DAYS',
      default: 0,
      min: 0,
      max: daysMax,
      doc: 'After how many days messages go in rooms that say nothing; 0: never.',
    }),
    minDays: integer({
      env: 'HEARTH_RETENTION_MIN_DAYS',
      default: 1,
      min: 0,
      max: daysMax,
      doc: 'Rooms cannot have their messages deleted sooner.',
    }),
    maxDays: integer({
      env: 'HEARTH_RETENTION_MAX_DAYS',
      default: 0,
      min: 0,
      max: daysMax,
      doc: 'Rooms cannot keep their messages longer; 0: as long as they like.',
    }),
    redactedDays: integer({
      env: 'HEARTH_RETENTION_REDACTED_DAYS',
      default: 7,
      min: 1,
      max: daysMax,
      doc: 'After how many days words of redacted and deleted messages are gone from the search index’s file too. Nobody finds them from the first moment on, and their text is gone from all tables.',
    }),
  },
});
