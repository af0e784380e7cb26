import { choice, integer, section } from '@hearth/kit';

const mebibytesMax = 1_000_000_000;

export const media = section({
  title: 'Media',
  doc: 'Pictures and files that people send.',
  settings: {
    uploadMib: integer({
      env: 'HEARTH_MEDIA_UPLOAD_MIB',
      default: 100,
      min: 1,
      max: 100_000,
      doc: 'Greatest file that may be uploaded, in MiB.',
    }),
    userQuotaMib: integer({
      env: 'HEARTH_MEDIA_USER_QUOTA_MIB',
      default: 20_480,
      min: 1,
      max: mebibytesMax,
      doc: 'How much one user may have uploaded, in MiB.',
    }),
    totalQuotaMib: integer({
      env: 'HEARTH_MEDIA_TOTAL_QUOTA_MIB',
      default: 1_048_576,
      min: 1,
      max: mebibytesMax,
      doc: 'How much all users together may have uploaded, in MiB.',
    }),
    legacyUnauthenticated: choice(['off', 'local', 'all'], {
      env: 'HEARTH_MEDIA_LEGACY_UNAUTHENTICATED',
      default: 'off',
      doc: 'Which media the paths from before media were authenticated show to strangers: none, those of this server, or all. With a token they show everything.',
    }),
  },
});
