import assert from 'node:assert/strict';
import { test } from 'node:test';

import { onEachDatabase, password } from '../rooms/place.ts';
import { clientPath, type Session, startHearth } from '@hearth/testkit';

const path = '/_matrix/client/v3/user_directory/search';

async function find(
  client: Session,
  term: string,
  limit?: number,
): Promise<{ readonly names: readonly string[]; readonly limited: boolean }> {
  const { results, limited } = await client.ok('POST', path, { body: { search_term: term, limit } });
  return { names: results.map(({ user_id: id }: { user_id: string }) => id), limited };
}

function setName(client: Session, name: string): Promise<unknown> {
  return client.ok('PUT', clientPath`/profile/${client.userId}/displayname`, { body: { displayname: name } });
}

onEachDatabase('the user directory', (it) => {
  it('finds parts of names in any script, and of user ids', async ({ hearth, alice }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    const names = ['山田太郎', 'さくらんぼ', 'สมชายใจดี', 'Zoë Größenwahn', 'Ελένη Παπαδοπούλου'];
    const people: Session[] = [];
    for (const [index, name] of names.entries()) {
      const person = await hearth.client.register(`script${index}`, password);
      await setName(person, name);
      await person.join(room);
      people.push(person);
    }
    const expected: readonly (readonly [string, number])[] = [
      ['太郎', 0],
      ['山田', 0],
      ['くらん', 1],
      ['ใจดี', 2],
      ['zoe', 3],
      ['ßenwa', 3],
      ['GRÖSSE', -1],
      ['zoe größe', 3],
      ['παπαδο', 4],
      ['ελενη', 4],
      ['ript4', 4],
      ['@script4', 4],
      ['@script4:hearth.test', 4],
    ];
    for (const [term, index] of expected) {
      const wanted = people[index]?.userId;
      assert.deepEqual((await find(alice, term)).names, wanted === undefined ? [] : [wanted], term);
    }
    for (const term of ['', '  ', '!?', '@', '@:hearth.test', 'zoe 太郎']) assert.deepEqual((await find(alice, term)).names, [], term);
  });

  it('AC-13: shows who shares a room or is in one that is open, and nobody else; invitations and former members do not count', async ({
    hearth,
    alice,
    bob,
    carol,
  }) => {
    const hermit = await hearth.client.register('hermit', password);
    assert.deepEqual((await find(alice, 'hermit')).names, []);
    const room = await hermit.createRoom({ invite: [alice.userId] });
    assert.deepEqual((await find(alice, 'hermit')).names, [], 'an invited one');
    await alice.join(room);
    assert.deepEqual((await find(alice, 'hermit')).names, [hermit.userId], 'one who shares the room');
    for (const stranger of [bob, carol]) assert.deepEqual((await find(stranger, 'hermit')).names, [], 'a stranger');
    await hermit.setState(room, 'm.room.join_rules', '', { join_rule: 'public' });
    assert.deepEqual((await find(bob, 'hermit')).names, [hermit.userId], 'the room is open now');
    await hermit.setState(room, 'm.room.join_rules', '', { join_rule: 'invite' });
    assert.deepEqual((await find(bob, 'hermit')).names, [], 'the room is closed again');
    await hermit.setState(room, 'm.room.history_visibility', '', { history_visibility: 'world_readable' });
    assert.deepEqual((await find(bob, 'hermit')).names, [hermit.userId], 'everybody may read it');
    await hermit.setState(room, 'm.room.history_visibility', '', { history_visibility: 'shared' });
    await alice.leave(room);
    assert.deepEqual((await find(alice, 'hermit')).names, [], 'a former member');
  });

  it('follows changed names, does not know those of single rooms, and forgets who has deactivated their account', async ({
    hearth,
    alice,
  }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    const person = await hearth.client.register('chameleon', password);
    await person.join(room);
    await setName(person, 'Greenish');
    assert.deepEqual((await find(alice, 'green')).names, [person.userId]);
    await setName(person, 'Bluish');
    assert.deepEqual([(await find(alice, 'green')).names, (await find(alice, 'blui')).names], [[], [person.userId]]);
    await person.setState(room, 'm.room.member', person.userId, { membership: 'join', displayname: 'Reddish' });
    assert.deepEqual((await find(alice, 'reddish')).names, []);
    const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'chameleon' }, password };
    await person.ok('POST', '/_matrix/client/v3/account/deactivate', { body: { auth, erase: true } });
    for (const term of ['blui', 'chameleon']) assert.deepEqual((await find(alice, term)).names, [], term);
  });

  it('tells whole names before beginnings and these before what stands within, and says when there are more', async ({ hearth, alice }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    const ids: string[] = [];
    for (const name of ['quokkas', 'xquokka', 'quokka', 'the-quokka']) {
      const person = await hearth.client.register(name, password);
      await person.join(room);
      ids.push(person.userId);
    }
    const [beginning, within, whole, word] = ids;
    assert.deepEqual(await find(alice, 'Quokka'), { names: [whole, word, beginning, within], limited: false });
    assert.deepEqual(await find(alice, 'quokka', 2), { names: [whole, word], limited: true });
    assert.deepEqual((await find(alice, 'quokka', 4)).limited, false);
  });

  it('answers with name and picture, for users with a token only, and refuses what is no search', async ({ hearth, alice }) => {
    const person = await hearth.client.register('pictured', password);
    await person.createRoom({ preset: 'public_chat' });
    await setName(person, 'With "quotes"');
    await person.ok('PUT', clientPath`/profile/${person.userId}/avatar_url`, { body: { avatar_url: 'mxc://hearth.test/face' } });
    const { results } = await alice.ok('POST', path, { body: { search_term: 'pictured' } });
    // Nobody looks for themselves.
    assert.deepEqual((await find(person, 'pictured')).names, []);
    assert.deepEqual(results, [{ user_id: person.userId, display_name: 'With "quotes"', avatar_url: 'mxc://hearth.test/face' }]);
    await hearth.client.refused(401, 'M_MISSING_TOKEN', 'POST', path, { body: { search_term: 'a' } });
    await alice.refused(400, 'M_MISSING_PARAM', 'POST', path, { body: {} });
    for (const body of [{ search_term: 1 }, { search_term: 'a', limit: 0 }, { search_term: 'a', limit: 'ten' }]) {
      await alice.refused(400, 'M_BAD_JSON', 'POST', path, { body });
    }
    assert.deepEqual((await find(alice, '\0')).names, []);
  });
});

void test('with HEARTH_USER_DIRECTORY=everybody everybody of the server is found', async (t) => {
  const hearth = await startHearth({ env: { HEARTH_USER_DIRECTORY: 'everybody' } });
  t.after(() => hearth.stop());
  const [alice] = await Promise.all(['alice', 'hermit'].map((name) => hearth.client.register(name, password)));
  assert.deepEqual((await find(alice as Session, 'hermit')).names, ['@hermit:hearth.test']);
});
