import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { fetch } from 'undici';

import { temporaryHome } from '../../src/index.ts';

/*
 * The thirteen calls of the walk-throughs of 2015, as their pages make them: plain HTTP, the token in the query, the content type that
 * a form has, from another origin. Answers are compared with what those pages read of them.
 */

type Method = 'GET' | 'POST';
// oxlint-disable-next-line no-explicit-any -- a page of 2015 reads what it finds
type Answer = any;

/** One page: a prefix of the API, and who is logged in there. */
class Page {
  readonly #baseUrl: string;
  readonly prefix: string;
  token: string | undefined;
  userId = '';

  constructor(baseUrl: string, prefix: string) {
    this.#baseUrl = baseUrl;
    this.prefix = prefix;
  }

  async call(method: Method, path: string, body?: unknown, query: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const { status, answer } = await this.ask(method, path, body, query);
    assert.equal(status, 200, `${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async ask(method: Method, path: string, body?: unknown, query: Readonly<Record<string, string>> = {}) {
    const url = new URL(`${this.#baseUrl}${this.prefix}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (this.token !== undefined) url.searchParams.set('access_token', this.token);
    const response = await fetch(url, {
      method,
      headers: { origin: 'http://pages.test', 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.equal(response.headers.get('content-type')?.split(';')[0], 'application/json');
    return { status: response.status, answer: (await response.json()) as Answer };
  }

  /** The same page after a reload: it kept its token. */
  at(baseUrl: string): Page {
    const page = new Page(baseUrl, this.prefix);
    page.token = this.token;
    page.userId = this.userId;
    return page;
  }

  /** Events of the first generation name their sender as they did before it was called that. */
  senderOf(event: Answer): string {
    return event[this.prefix.endsWith('v1') ? 'user_id' : 'sender'];
  }

  enter({ access_token: token, user_id: userId, home_server: server }: Answer): void {
    assert.equal(userId.slice(userId.indexOf(':') + 1), server);
    this.token = token;
    this.userId = userId;
  }
}

/** Registration differs between the two generations: in one step, or with stages. */
const generations = {
  '/_matrix/client/api/v1': async (page: Page, name: string, password: string) => {
    assert.ok((await page.call('GET', '/register')).flows.some(({ type }: Answer) => type === 'm.login.password'));
    return page.call('POST', '/register', { type: 'm.login.password', user: name, password });
  },
  '/_matrix/client/v2_alpha': async (page: Page, name: string, password: string) => {
    const { status, answer } = await page.ask('POST', '/register', { username: name, password });
    assert.equal(status, 401);
    const auth = { type: 'm.login.dummy', session: answer.session };
    return page.call('POST', '/register', { username: name, password, auth });
  },
};

for (const [prefix, register] of Object.entries(generations)) {
  test(
    `the pages of the walk-throughs of 2015 work on ${prefix}, from registering to leaving, over a power cut`,
    { timeout: 180_000 },
    (t) => walkThrough(t, prefix, register),
  );
}

async function walkThrough(t: TestContext, prefix: string, register: (page: Page, name: string, password: string) => Promise<Answer>) {
  const home = await temporaryHome();
  t.after(() => home.end());
  // The pages tell who speaks and comes in; who is there at all would stand between these events whenever it changes.
  const settings = { HEARTH_SERVER_NAME: 'tutorial.test', HEARTH_REGISTRATION: 'open', HEARTH_PRESENCE: 'off' };
  const hearth = home.start(settings);
  const baseUrl = await hearth.baseUrl();
  let alice = new Page(baseUrl, prefix);
  let bob = new Page(baseUrl, prefix);

  // Accounts: one stays logged in from registering on, the other logs in anew.
  alice.enter(await register(alice, 'alice', 'alice of 2015'));
  await register(bob, 'bob', 'bob of 2015');
  assert.equal((await bob.call('GET', '/login')).flows[0].type, 'm.login.password');
  const wrong = await bob.ask('POST', '/login', { type: 'm.login.password', user: 'bob', password: 'wrong' });
  assert.deepEqual([wrong.status, wrong.answer.errcode], [403, 'M_FORBIDDEN']);
  bob.enter(await bob.call('POST', '/login', { type: 'm.login.password', user: 'bob', password: 'bob of 2015' }));
  assert.equal(bob.userId, '@bob:tutorial.test');

  // A room that can be found by its alias; Bob is invited and sees by whom.
  const made = await alice.call('POST', '/createRoom', { room_alias_name: 'tutorial', visibility: 'private', name: 'Of 2015' });
  // What the page shows; clients of v2_alpha make the alias themselves.
  if (prefix.endsWith('v1')) assert.equal(made.room_alias, '#tutorial:tutorial.test');
  const room = `/rooms/${encodeURIComponent(made.room_id)}`;
  const { end: beforeInvite } = await bob.call('GET', '/initialSync', undefined, { limit: '5' });
  assert.deepEqual(await alice.call('POST', `${room}/invite`, { user_id: bob.userId }), {});
  const news = await bob.call('GET', '/events', undefined, { from: beforeInvite, timeout: '20000' });
  assert.deepEqual(
    news.chunk.map((event: Answer) => [event.type, event.room_id, alice.senderOf(event), event.content.membership]),
    [['m.room.member', made.room_id, alice.userId, 'invite']],
  );
  const invited = (await bob.call('GET', '/initialSync')).rooms.find(({ room_id }: Answer) => room_id === made.room_id);
  assert.deepEqual([invited.membership, invited.inviter], ['invite', alice.userId]);
  assert.deepEqual(await bob.call('POST', `${room}/join`, { membership: 'join' }), { room_id: made.room_id });
  assert.deepEqual(await bob.call('POST', `/join/${encodeURIComponent('#tutorial:tutorial.test')}`, {}), { room_id: made.room_id });

  // Both talk; each hears the other by the long poll.
  const said: string[] = [];
  let from = (await bob.call('GET', '/initialSync', undefined, { limit: '1' })).end as string;
  for (const line of ['Hello', 'How is 2015?', 'Bye']) {
    const polled = bob.call('GET', '/events', undefined, { from, timeout: '20000' });
    said.push((await alice.call('POST', `${room}/send/m.room.message`, { msgtype: 'm.text', body: line })).event_id);
    const heard = await polled;
    assert.equal(heard.start, from);
    assert.deepEqual(
      heard.chunk.map((event: Answer) => [event.event_id, bob.senderOf(event), event.content.body]),
      [[said.at(-1), alice.userId, line]],
    );
    from = heard.end;
    said.push((await bob.call('POST', `${room}/send/m.room.message`, { msgtype: 'm.text', body: `${line}!` })).event_id);
    const own = await bob.call('GET', '/events', undefined, { from, timeout: '20000' });
    assert.equal(own.chunk[0].event_id, said.at(-1));
    from = own.end;
  }

  // The pages show who is there and what was said.
  const members = (await alice.call('GET', `${room}/members`)).chunk;
  assert.deepEqual(members.map(({ state_key, content }: Answer) => [state_key, content.membership]).toSorted(), [
    [alice.userId, 'join'],
    [bob.userId, 'join'],
  ]);
  const begin = await alice.call('GET', '/initialSync', undefined, { limit: '4' });
  const shown = begin.rooms.find(({ room_id }: Answer) => room_id === made.room_id);
  assert.deepEqual([shown.membership, shown.visibility], ['join', 'private']);
  assert.deepEqual(eventIds(shown.messages.chunk), said.slice(-4));
  const state = new Map(shown.state.map(({ type, state_key, content }: Answer) => [`${type} ${state_key}`, content]));
  assert.deepEqual(state.get('m.room.name '), { name: 'Of 2015' });
  assert.deepEqual((state.get('m.room.member @bob:tutorial.test') as Answer).membership, 'join');

  // The power goes; the pages are loaded again and go on from where they were.
  hearth.kill('SIGKILL');
  assert.equal((await hearth.ended()).signal, 'SIGKILL');
  const again = home.start(settings);
  const secondUrl = await again.baseUrl();
  [alice, bob] = [alice.at(secondUrl), bob.at(secondUrl)];
  assert.deepEqual(await messagesOf(alice, room, shown.messages.start), said.slice(0, -4).toReversed());
  assert.deepEqual(await messagesOf(bob, room, 'END'), said.toReversed());
  said.push((await alice.call('POST', `${room}/send/m.room.message`, { msgtype: 'm.text', body: 'Still there' })).event_id);
  const after = await bob.call('GET', '/events', undefined, { from, timeout: '20000' });
  // That nobody types any more is said beside it: the server forgot who did.
  assert.deepEqual(eventIds(after.chunk.filter(({ type }: Answer) => type !== 'm.typing')), [said.at(-1)]);

  // Bob leaves: Alice is told, and he can say nothing more.
  const { end } = await alice.call('GET', '/initialSync', undefined, { limit: '1' });
  assert.deepEqual(await bob.call('POST', `${room}/leave`, {}), {});
  const left = await alice.call('GET', '/events', undefined, { from: end, timeout: '20000' });
  assert.deepEqual(
    left.chunk.map(({ state_key, content }: Answer) => [state_key, content.membership]),
    [[bob.userId, 'leave']],
  );
  const refused = await bob.ask('POST', `${room}/send/m.room.message`, { msgtype: 'm.text', body: 'Wait' });
  assert.deepEqual([refused.status, refused.answer.errcode], [403, 'M_FORBIDDEN']);
  await again.stop();
}

/** All messages before a token, newest first, by pages of three. */
async function messagesOf(page: Page, room: string, token: string): Promise<string[]> {
  const found: string[] = [];
  for (let from = token, pages = 0; pages < 20; pages += 1) {
    const { chunk, start, end } = await page.call('GET', `${room}/messages`, undefined, { from, dir: 'b', limit: '3' });
    assert.ok(from === 'END' || start === from);
    found.push(...eventIds(chunk.filter(({ type }: Answer) => type === 'm.room.message')));
    // In the first generation there is always an end; at the beginning of the room it stays where it is.
    if (chunk.length === 0 || end === undefined) return found;
    from = end;
  }
  return assert.fail('the room has no beginning');
}

function eventIds(chunk: Answer[]): string[] {
  return chunk.map(({ event_id: id }) => id as string);
}
