import { choice, flag, secret, section, text } from '@hearth/kit';

/** Secrets that stand in examples, so that everybody knows them. */
const samples = new Set([
  'changeme',
  'change-me',
  'secret',
  'password',
  'shared-secret',
  'shared_secret',
  'your-secret-here',
  'placeholder',
  'example',
  '12345678',
]);
const secretLengthMin = 8;

export const registration = section({
  title: 'Registration and login',
  doc: 'Who may have an account here. The first administrator is made by the link that the console prints, or with `hearth user create --admin`.',
  settings: {
    mode: choice(['closed', 'token', 'open'], {
      env: 'HEARTH_REGISTRATION',
      default: 'closed',
      doc: '`closed`: nobody; `token`: whoever has a registration token; `open`: everybody, robots too.',
    }),
    sharedSecret: secret({
      env: 'HEARTH_REGISTRATION_SHARED_SECRET',
      doc: 'Lets scripts that know it create accounts at `/_synapse/admin/v1/register`.',
      defaultText: 'off',
      check: (value) =>
        value.length < secretLengthMin || samples.has(value.toLowerCase())
          ? `expected a secret of at least ${secretLengthMin} characters that is not taken from an example`
          : undefined,
    }),
    guests: flag({
      env: 'HEARTH_GUESTS',
      default: false,
      doc: 'Whether people may look at open rooms, and come into those that let guests in, without an account.',
    }),
    casUrl: text({ env: 'HEARTH_CAS_URL', doc: 'Address of a CAS server to log in with.', unbuilt: () => true }),
    recaptchaVerifyUrl: text({
      env: 'HEARTH_RECAPTCHA_VERIFY_URL',
      doc: 'Where the answers to captchas are checked.',
      unbuilt: () => true,
    }),
    recaptchaSiteKey: text({ env: 'HEARTH_RECAPTCHA_SITE_KEY', doc: 'The public key of the captcha.', unbuilt: () => true }),
    recaptchaSecret: secret({ env: 'HEARTH_RECAPTCHA_SECRET', doc: 'The secret key of the captcha.', unbuilt: () => true }),
  },
});
