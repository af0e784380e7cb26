import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startHearth } from '../src/index.ts';
import { assertReadable, visit } from './browser.ts';

test('the setup form, by keyboard alone: mistakes are told beside their fields, then the administrator is there', async (t) => {
  const hearth = await startHearth({ env: { HEARTH_REGISTRATION: 'closed' } });
  const { page, complaints, close } = await visit();
  t.after(async () => {
    await close();
    await hearth.stop();
  });
  await page.goto(((await hearth.server.setupUrl()) ?? '').replace('localhost', '127.0.0.1'));
  const fill = async (...texts: string[]): Promise<void> => {
    for (const text of texts) {
      await page.keyboard.press('Tab');
      await page.keyboard.press('Control+A');
      await page.keyboard.type(text);
    }
    await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')]);
  };
  /** The one that the browser reads out when the field is entered. */
  const noteOf = async (field: string): Promise<string> => {
    const input = page.locator(`input[name=${field}]`);
    assert.equal(await input.getAttribute('aria-invalid'), 'true', field);
    return page.locator(`#${await input.getAttribute('aria-describedby')}`).innerText();
  };

  await fill('alice', 'a good password', 'another password');
  assert.match(await noteOf('password2'), /The two passwords differ/);
  await assertReadable(page, 'the form with a mistake');
  assert.equal(await page.locator('input[name=user]').inputValue(), 'alice');
  await fill('Über', 'a good password', 'a good password');
  assert.match(await noteOf('user'), /small letters/);
  await fill('alice', 'short', 'short');
  assert.match(await noteOf('password'), /at least 8 characters/i);
  complaints();

  await fill('alice', 'a good password', 'a good password');
  assert.match(await page.locator('main').innerText(), /Your server is ready[^]*@alice:hearth\.test/);
  await assertReadable(page, 'the end of the setup');
  assert.deepEqual(complaints(), []);
  const alice = await hearth.client.login('alice', 'a good password');
  const { body } = await alice.request('GET', '/_matrix/client/v3/account/whoami');
  assert.equal(body.user_id, '@alice:hearth.test');

  await page.goto(hearth.baseUrl);
  assert.match(await page.locator('main').innerText(), /Registration is closed/);
});

test('what somebody types is shown as text, also when it is HTML', async (t) => {
  const hearth = await startHearth({ env: { HEARTH_REGISTRATION: 'closed' } });
  const { page, close } = await visit();
  t.after(async () => {
    await close();
    await hearth.stop();
  });
  await page.goto(((await hearth.server.setupUrl()) ?? '').replace('localhost', '127.0.0.1'));
  const evil = '"><img src=x onerror=alert(1)>';
  await page.fill('input[name=user]', evil);
  await page.fill('input[name=password]', 'a good password');
  await page.fill('input[name=password2]', 'a good password');
  await page.click('button');
  assert.equal(await page.locator('input[name=user]').inputValue(), evil);
  assert.equal(await page.locator('img').count(), 0);
});

test('a stage of authentication in a window: the app that opened it hears that it is done, and can go on', async (t) => {
  const hearth = await startHearth({ env: { HEARTH_REGISTRATION: 'open' } });
  const { page, context, complaints, close } = await visit({ scheme: 'dark', width: 375 });
  t.after(async () => {
    await close();
    await hearth.stop();
  });
  const alice = await hearth.client.register('alice', 'alice has a password');
  const change = { new_password: 'alice has another' };
  const asked = await alice.request('POST', '/_matrix/client/v3/account/password', { body: change });
  const { session } = asked.body as { session: string };

  // The app stands on another origin: it can only hear a message.
  await page.goto('data:text/html,<title>an app</title>');
  const url = `${hearth.baseUrl}/_matrix/client/v3/auth/m.login.password/fallback/web?session=${session}`;
  const heard = page.evaluate(
    (address) =>
      new Promise((resolve) => {
        window.addEventListener('message', (event) => resolve(event.data));
        window.open(address);
      }),
    url,
  );
  const opened = await context.waitForEvent('page');
  await opened.locator('input[name=password]').fill('not the password');
  await opened.getByRole('button').click();
  await opened.getByRole('alert').waitFor();
  await assertReadable(opened, 'the stage with a mistake');
  complaints();
  await opened.locator('input[name=password]').fill('alice has a password');
  await opened.getByRole('button').click();
  assert.equal(await heard, 'authDone');
  assert.match(await opened.locator('main').innerText(), /Done/);
  assert.deepEqual(complaints(), []);
  await alice.ok('POST', '/_matrix/client/v3/account/password', { body: { ...change, auth: { session } } });
  await hearth.client.login('alice', 'alice has another');
});
