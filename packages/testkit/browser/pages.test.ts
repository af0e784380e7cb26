import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startHearth, type TestHearth } from '../src/index.ts';
import { assertReadable, looks, visit } from './browser.ts';

type Shown = { readonly name: string; readonly path: string; readonly status: number; readonly says: RegExp };

let fresh: TestHearth;
let used: TestHearth;
let pages: readonly (Shown & { readonly hearth: TestHearth })[];

before(async () => {
  fresh = await startHearth({ env: { HEARTH_REGISTRATION: 'closed' } });
  used = await startHearth({
    env: { HEARTH_REGISTRATION: 'open', HEARTH_SERVER_NAME: 'a-server-with-a-rather-long-name.of-some-department.example.org' },
  });
  const alice = await used.client.register('alice', 'alice has a password');
  const setup = new URL((await fresh.server.setupUrl()) ?? '');
  const password = { new_password: 'alice has another' };
  const asked = await alice.request('POST', '/_matrix/client/v3/account/password', { body: password });
  const fallback = (session: string): string => `/_matrix/client/v3/auth/m.login.password/fallback/web?session=${session}`;
  pages = [
    { hearth: fresh, name: 'the landing page of the first day', path: '/', status: 200, says: /There are no accounts yet/ },
    { hearth: used, name: 'the landing page', path: '/', status: 200, says: /Registration is open/ },
    { hearth: fresh, name: 'the setup page', path: setup.pathname + setup.search, status: 200, says: /Welcome to your new server/ },
    { hearth: fresh, name: 'the setup page of an old link', path: '/setup?token=old', status: 403, says: /This link is not valid/ },
    {
      hearth: used,
      name: 'the page of a stage of authentication',
      path: fallback(asked.body.session),
      status: 200,
      says: /Confirm that it is you/,
    },
    { hearth: used, name: 'that of one that has ended', path: fallback('ended'), status: 404, says: /Start again/ },
    { hearth: used, name: 'a page that does not exist', path: '/nothing', status: 404, says: /There is nothing here/ },
  ];
});
after(async () => {
  await fresh.stop();
  await used.stop();
});

for (const look of looks) {
  test(`${look.scheme}, ${look.width} pixels wide: every page loads without a complaint of the browser and can be read`, async (t) => {
    const { page, complaints, close } = await visit(look);
    t.after(close);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    for (const { hearth, name, path, status, says } of pages) {
      const answer = await page.goto(hearth.baseUrl + path);
      assert.equal(answer?.status(), status, name);
      assert.match(await page.locator('main').innerText(), says, name);
      await assertReadable(page, name);
      // A page that is refused is itself a failed load to the browser.
      const expected = status === 200 ? [] : [`Failed to load resource: the server responded with a status of ${status}`];
      assert.deepEqual(
        complaints().map((text) => text.replace(/ \([^)]*\)$/, '')),
        expected,
        name,
      );
      assert.deepEqual(
        asked.splice(0).filter((url) => !url.startsWith(hearth.baseUrl) && !url.startsWith('data:')),
        [],
        `${name} asks somebody else`,
      );
    }
  });
}

test('the colours follow the scheme that the person prefers', async (t) => {
  const { page, close } = await visit();
  t.after(close);
  await page.goto(used.baseUrl);
  const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const byDay = await ground();
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.notEqual(await ground(), byDay);
});

test('a script that found its way into a page would not run', async (t) => {
  const { page, complaints, close } = await visit();
  t.after(close);
  await page.goto(used.baseUrl);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "owned"';
    document.body.append(script);
  });
  assert.notEqual(await page.title(), 'owned');
  assert.match(complaints().join('\n'), /Content Security Policy/);
});
