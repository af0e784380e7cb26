import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import fc from 'fast-check';

import type { JsonValue } from '../json/value.ts';
import {
  filterEntryLengthMax,
  filterFieldsMax,
  filterListMax,
  filterWildcardsMax,
  parseRoomEventFilter,
  parseSyncFilter,
} from './parse.ts';
import { compileSyncFilter, defaultSyncFilter } from './sync-filter.ts';

type Definitions = {
  readonly valid: readonly { readonly story: string; readonly filter: JsonValue }[];
  readonly invalid: readonly { readonly story: string; readonly filter: JsonValue; readonly names: string }[];
};
const definitions = JSON.parse(readFileSync(new URL('../../vectors/filter/definitions.json', import.meta.url), 'utf8')) as Definitions;

test('filters of the valid vectors are accepted', () => {
  for (const { story, filter } of definitions.valid) assert.equal(parseSyncFilter(filter).ok, true, story);
});

test('filters of the invalid vectors are refused with the name of what is wrong', () => {
  for (const { story, filter, names } of definitions.invalid) {
    const parsed = parseSyncFilter(filter);
    assert.ok(!parsed.ok, story);
    assert.equal(parsed.errcode, 'M_BAD_JSON');
    assert.ok(parsed.error.includes(names), `${story}: ${parsed.error}`);
  }
});

test('every part of a definition is read', () => {
  const parsed = parseSyncFilter({
    event_fields: ['type'],
    event_format: 'federation',
    presence: { limit: 3, types: ['m.presence'], not_types: ['a'], senders: ['@a:b'], not_senders: ['@c:d'] },
    room: { rooms: ['!a'], not_rooms: ['!b'], include_leave: true, state: { lazy_load_members: true }, timeline: { contains_url: false } },
  });
  assert.ok(parsed.ok);
  const { filter } = parsed;
  assert.deepEqual(filter.eventFields, ['type']);
  assert.equal(filter.eventFormat, 'federation');
  assert.deepEqual(filter.presence, { limit: 3, types: ['m.presence'], notTypes: ['a'], senders: ['@a:b'], notSenders: ['@c:d'] });
  assert.deepEqual([filter.room.rooms, filter.room.notRooms, filter.room.includeLeave], [['!a'], ['!b'], true]);
  assert.equal(filter.room.state.lazyLoadMembers, true);
  assert.equal(filter.room.timeline.containsUrl, false);
  const { lazyLoadMembers, includeRedundantMembers, unreadThreadNotifications } = filter.room.timeline;
  assert.deepEqual([lazyLoadMembers, includeRedundantMembers, unreadThreadNotifications], [false, false, false]);
});

test('the filter of a room endpoint stands alone', () => {
  const parsed = parseRoomEventFilter({ rooms: ['!a'], related_by_rel_types: ['m.thread'], related_by_senders: ['@a:b'] });
  assert.ok(parsed.ok);
  assert.deepEqual(
    [parsed.filter.rooms, parsed.filter.relatedByRelTypes, parsed.filter.relatedBySenders],
    [['!a'], ['m.thread'], ['@a:b']],
  );
  const refused = parseRoomEventFilter({ contains_url: 1 });
  assert.deepEqual(refused, { ok: false, errcode: 'M_BAD_JSON', error: 'contains_url must be true or false' });
});

test('lists, entries, wildcards and fields have a largest size', () => {
  const listOf = (length: number, entry: string): JsonValue => ({ presence: { types: Array.from({ length }, () => entry) } });
  assert.equal(parseSyncFilter(listOf(filterListMax, 'a')).ok, true);
  assert.equal(parseSyncFilter(listOf(filterListMax + 1, 'a')).ok, false);
  assert.equal(parseSyncFilter(listOf(filterWildcardsMax, 'a*')).ok, true);
  assert.equal(parseSyncFilter(listOf(filterWildcardsMax + 1, 'a*')).ok, false);
  assert.equal(parseSyncFilter(listOf(1, 'a'.repeat(filterEntryLengthMax))).ok, true);
  assert.equal(parseSyncFilter(listOf(1, 'a'.repeat(filterEntryLengthMax + 1))).ok, false);
  const fields = (length: number): JsonValue => ({ event_fields: Array.from({ length }, () => 'type') });
  assert.equal(parseSyncFilter(fields(filterFieldsMax)).ok, true);
  assert.equal(parseSyncFilter(fields(filterFieldsMax + 1)).ok, false);
});

test('keys that objects inherit are not read', () => {
  const filter = Object.create({ event_format: 'nonsense', room: 1 }) as { [key: string]: JsonValue };
  assert.equal(parseSyncFilter(filter).ok, true);
});

test('no JSON makes the reader throw, and what it accepts can be used', () => {
  const keys = [
    'event_fields',
    'event_format',
    'presence',
    'room',
    'rooms',
    'state',
    'timeline',
    'types',
    'senders',
    'limit',
    'contains_url',
    'toString',
    'length',
  ];
  const json = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<JsonValue>(null, true, 0, -1, 1.5, 'client', '@a:b', '!a', '*', 2n ** 70n),
      fc.array(tie('value')),
      fc.dictionary(fc.constantFrom(...keys), tie('value')),
    ),
  })).value;
  fc.assert(
    fc.property(json, (body) => {
      const parsed = parseSyncFilter(body);
      if (parsed.ok)
        compileSyncFilter(parsed.filter, { wildcardIds: true }).timeline.matches({
          type: 'm.room.message',
          sender: '@a:b',
          roomId: '!a',
          content: {},
        });
      else assert.ok(parsed.error.length > 0);
    }),
    { numRuns: 1000, seed: 14 },
  );
});

test('without a filter everything is wanted, except rooms that were left', () => {
  const compiled = compileSyncFilter(defaultSyncFilter());
  assert.equal(compiled.project, undefined);
  assert.equal(compiled.eventFormat, 'client');
  assert.equal(compiled.includeLeave, false);
  assert.equal(compiled.includesRoom('!any'), true);
  for (const matcher of [
    compiled.presence,
    compiled.accountData,
    compiled.state,
    compiled.timeline,
    compiled.ephemeral,
    compiled.roomAccountData,
  ]) {
    assert.equal(matcher.matchesAll, true);
    assert.equal(matcher.matches({ type: 'anything' }), true);
    assert.equal(matcher.limit(10, 100), 10);
  }
});

test('lazy loading and thread counts may be asked for in the state or in the timeline', () => {
  for (const place of ['state', 'timeline']) {
    const parsed = parseSyncFilter({
      room: { [place]: { lazy_load_members: true, include_redundant_members: true, unread_thread_notifications: true } },
    });
    assert.ok(parsed.ok);
    const compiled = compileSyncFilter(parsed.filter);
    assert.deepEqual([compiled.lazyLoadMembers, compiled.includeRedundantMembers, compiled.unreadThreadNotifications], [true, true, true]);
  }
  const redundantOnly = parseSyncFilter({ room: { state: { include_redundant_members: true } } });
  assert.ok(redundantOnly.ok);
  assert.equal(compileSyncFilter(redundantOnly.filter).includeRedundantMembers, false);
});
