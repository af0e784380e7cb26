import assert from 'node:assert/strict';

import { bytesOf, onEachServer, password } from '../timeline/people.ts';
import { answersToWrongTypes, newsOf, type Session } from '@hearth/testkit';

const rules = (path = '', prefix = '/_matrix/client/v3'): string => `${prefix}/pushrules/${path}`;
const old = (path = ''): string => rules(path, '/_matrix/client/api/v1');

async function idsOf(session: Session, kind: string): Promise<string[]> {
  const all = await session.ok('GET', rules());
  return all.global[kind].map((rule: { rule_id: string }) => rule.rule_id).filter((id: string) => !id.startsWith('.'));
}

onEachServer('changing push rules', (it) => {
  it('a rule of each kind is added, read, changed, turned off and removed', async ({ hearth }) => {
    const fay = await hearth.client.register('fay', password);
    const bodies: Record<string, { id: string; body: object }> = {
      override: { id: 'quiet', body: { actions: [], conditions: [{ kind: 'event_match', key: 'type', pattern: 'm.room.name' }] } },
      underride: { id: 'loud', body: { actions: ['notify', { set_tweak: 'sound', value: 'x' }], conditions: [] } },
      content: { id: 'cake', body: { actions: ['notify'], pattern: 'c*ke' } },
      room: { id: '!r:hearth.test', body: { actions: [] } },
      sender: { id: '@bob:hearth.test', body: { actions: ['notify'] } },
    };
    for (const [kind, { id, body }] of Object.entries(bodies)) {
      const path = rules(`global/${kind}/${encodeURIComponent(id)}`);
      assert.deepEqual(await fay.ok('PUT', path, { body }), {});
      assert.deepEqual(await fay.ok('GET', path), { rule_id: id, default: false, enabled: true, ...body });
      await fay.ok('PUT', `${path}/enabled`, { body: { enabled: false } });
      await fay.ok('PUT', `${path}/actions`, { body: { actions: ['notify', { set_tweak: 'highlight' }] } });
      assert.deepEqual(await fay.ok('GET', `${path}/enabled`), { enabled: false });
      assert.deepEqual(await fay.ok('GET', `${path}/actions`), { actions: ['notify', { set_tweak: 'highlight' }] });
      await fay.ok('PUT', path, { body });
      assert.deepEqual(await fay.ok('GET', path), { rule_id: id, default: false, enabled: false, ...body });
      assert.deepEqual(await fay.ok('DELETE', path), {});
      await fay.refused(404, 'M_NOT_FOUND', 'DELETE', path);
      await fay.refused(404, 'M_NOT_FOUND', 'GET', path);
    }
  });

  it('new rules come first, or beside the one that is named', async ({ hearth }) => {
    const gus = await hearth.client.register('gus', password);
    const put = (id: string, query = {}): Promise<unknown> =>
      gus.ok('PUT', rules(`global/content/${id}`), { query, body: { actions: [], pattern: id } });
    await put('one');
    await put('two');
    await put('three', { after: 'two' });
    await put('four', { before: 'one' });
    assert.deepEqual(await idsOf(gus, 'content'), ['two', 'three', 'four', 'one']);
    await put('one', { before: 'two' });
    assert.deepEqual(await idsOf(gus, 'content'), ['one', 'two', 'three', 'four']);
    for (const neighbour of ['nobody', '.m.rule.contains_user_name']) {
      const wanted = { query: { before: neighbour }, body: { actions: [], pattern: 'five' } };
      const refused = await gus.refused(400, 'M_UNKNOWN', 'PUT', rules('global/content/five'), wanted);
      assert.equal(refused.error, `before/after rule not found: ${neighbour}`);
    }
    assert.deepEqual(await idsOf(gus, 'content'), ['one', 'two', 'three', 'four']);
  });

  it('default rules can be turned off and given other actions, but neither replaced nor removed', async ({ hearth }) => {
    const hal = await hearth.client.register('hal', password);
    const path = rules('global/underride/.m.rule.message');
    await hal.ok('PUT', `${path}/enabled`, { body: { enabled: false } });
    await hal.ok('PUT', `${path}/actions`, { body: { actions: ['dont_notify'] } });
    const rule = await hal.ok('GET', path);
    assert.deepEqual([rule.default, rule.enabled, rule.actions], [true, false, ['dont_notify']]);
    await hal.refused(400, 'M_INVALID_PARAM', 'PUT', path, { body: { actions: [], conditions: [] } });
    await hal.refused(404, 'M_NOT_FOUND', 'DELETE', path);
    await hal.ok('PUT', rules('global/override/.m.rule.master/enabled'), { body: { enabled: true } });
    assert.deepEqual(await hal.ok('GET', rules('global/override/.m.rule.master/enabled')), { enabled: true });
  });

  it('other devices hear of a change once, as m.push_rules, and nobody else does', async ({ hearth, bob }) => {
    const ida = await hearth.client.register('ida', password);
    const phone = await hearth.client.login('ida', password);
    const [{ next_batch: since }, { next_batch: bobSince }] = await Promise.all([phone.sync(), bob.sync()]);
    await ida.ok('PUT', rules('global/room/!r:hearth.test'), { body: { actions: [] } });
    await ida.ok('PUT', rules('global/sender/@x:hearth.test'), { body: { actions: [] } });
    const told = await phone.sync({ since });
    assert.deepEqual(
      told.account_data.events.map((event: { type: string }) => event.type),
      ['m.push_rules'],
    );
    assert.deepEqual(told.account_data.events[0].content, await ida.ok('GET', rules()));
    assert.deepEqual(newsOf(await bob.sync({ since: bobSince })), []);
    // What changes nothing is no news.
    await ida.ok('PUT', rules('global/room/!r:hearth.test'), { body: { actions: [] } });
    assert.deepEqual(newsOf(await phone.sync({ since: told.next_batch })), []);
    const data = `/_matrix/client/v3/user/${encodeURIComponent(ida.userId)}/account_data/m.push_rules`;
    assert.deepEqual(await ida.ok('GET', data), await ida.ok('GET', rules()));
  });

  it('two devices that change rules at the same time both succeed', async ({ hearth }) => {
    const jan = await hearth.client.register('jan', password);
    const names = Array.from({ length: 8 }, (_, index) => `!${index}:hearth.test`);
    await Promise.all(names.map((name) => jan.ok('PUT', rules(`global/room/${encodeURIComponent(name)}`), { body: { actions: [] } })));
    assert.deepEqual((await idsOf(jan, 'room')).toSorted(), names);
  });

  it('wrong rules are refused with the specified errors, and change nothing', async ({ hearth }) => {
    const kim = await hearth.client.register('kim', password);
    const put = (code: string, path: string, body: unknown, status = 400): Promise<unknown> =>
      kim.refused(status, code, 'PUT', rules(path), { body });
    const sound = { actions: ['notify'], pattern: 'x' };
    await put('M_MISSING_PARAM', 'global/content/a', { pattern: 'x' });
    await put('M_MISSING_PARAM', 'global/content/a', { actions: [] });
    await put('M_BAD_JSON', 'global/content/a', { ...sound, actions: 'notify' });
    await put('M_BAD_JSON', 'global/override/a', { ...sound, conditions: {} });
    await put('M_BAD_JSON', 'global/override/a', { ...sound, conditions: [{}] });
    await put('M_BAD_JSON', 'global/content/a', []);
    await put('M_INVALID_PARAM', 'global/content/.a', sound);
    await put('M_INVALID_PARAM', `global/content/${encodeURIComponent('a/b')}`, sound);
    await put('M_INVALID_PARAM', `global/content/${encodeURIComponent('a\\b')}`, sound);
    await put('M_INVALID_PARAM', 'global/nothing/a', sound);
    await kim.refused(404, 'M_NOT_FOUND', 'GET', rules('global/nothing/a'));
    await kim.refused(400, 'M_INVALID_PARAM', 'GET', rules('global/nothing/'));
    await put('M_TOO_LARGE', 'global/content/a', { ...sound, pattern: bytesOf(5000) }, 413);
    await put('M_NOT_FOUND', 'global/content/a/enabled', { enabled: true }, 404);
    await put('M_NOT_FOUND', 'global/content/a/actions', { actions: [] }, 404);
    await put('M_BAD_JSON', 'global/override/.m.rule.master/enabled', true);
    await put('M_MISSING_PARAM', 'global/override/.m.rule.master/enabled', {});
    assert.deepEqual(await idsOf(kim, 'content'), []);
    // What conditions hold is not looked at: unknown ones are kept for the clients that know them.
    const wrong = await answersToWrongTypes(kim, 'PUT', rules('global/content/a'), sound);
    assert.deepEqual(
      wrong.filter(({ pointer, status }) => status !== 400 && !pointer.startsWith('/conditions/0/')),
      [],
    );
    await kim.refused(400, 'M_NOT_JSON', 'PUT', rules('global/content/a'), { body: Buffer.from('{') });
  });

  it('clients of 2015 keep rules for a device tag, with bare booleans and actions of their own', async ({ hearth }) => {
    const lea = await hearth.client.register('lea', password);
    const body = { actions: ['dont_notify', 'org.example.unknown'], conditions: [{ kind: 'profile_tag', profile_tag: 'work' }] };
    await lea.ok('PUT', old('device/work/override/mine'), { body });
    await lea.ok('PUT', old('device/work/override/mine/enabled'), { body: false });
    await lea.ok('PUT', old('global/override/all'), { body: { actions: ['dont_notify'], conditions: [] } });
    await lea.ok('PUT', old('global/override/all/enabled'), { body: { enabled: false } });
    const all = await lea.ok('GET', old());
    const mine = { rule_id: 'mine', default: false, enabled: false, ...body };
    assert.deepEqual(all.device, { work: { override: [mine], content: [], room: [], sender: [], underride: [] } });
    assert.deepEqual(await lea.ok('GET', old('device/work/override/mine')), mine);
    assert.deepEqual(await lea.ok('GET', old('device/work/override/')), [mine]);
    assert.deepEqual(await lea.ok('GET', old('device/work/override/mine/enabled')), { enabled: false });
    assert.deepEqual((await lea.ok('GET', old('global/override/all'))).actions, ['dont_notify']);
    // Today's clients do not see them.
    assert.deepEqual(Object.keys(await lea.ok('GET', rules())), ['global']);
    await lea.refused(400, 'M_INVALID_PARAM', 'PUT', old('nowhere/override/mine'), { body });
    const missing = { query: { after: 'X' }, body };
    assert.equal(
      (await lea.refused(400, 'M_UNKNOWN', 'PUT', old('device/work/override/other'), missing)).error,
      'before/after rule not found: X',
    );
    await lea.ok('PUT', old('device/work/override/mine/actions'), { body: { actions: ['notify'] } });
    await lea.ok('DELETE', old('device/work/override/mine'));
    await lea.refused(404, 'M_NOT_FOUND', 'DELETE', old('device/work/override/mine'));
    await lea.ok('DELETE', old('global/override/all'));
    assert.deepEqual((await lea.ok('GET', old())).device, {});
  });
});
