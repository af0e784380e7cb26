import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import type { JsonObject, JsonValue } from '../json/value.ts';
import type { EventFacts, EventMatcher, MatchOptions } from './match.ts';
import { compileEventFilter, compileRoomEventFilter, compileRoomList } from './match.ts';
import { parseRoomEventFilter } from './parse.ts';

type Event = {
  readonly type: string;
  readonly sender?: string;
  readonly room_id?: string;
  readonly content?: JsonObject;
  readonly related_by?: readonly { relType: string; sender: string }[];
};
type Case = {
  readonly filter: JsonObject;
  readonly wildcard_ids?: boolean;
  readonly match: readonly Event[];
  readonly differ: readonly Event[];
};
const vectors = JSON.parse(readFileSync(new URL('../../vectors/filter/matches.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

function facts(event: Event): EventFacts {
  return { type: event.type, sender: event.sender, roomId: event.room_id, content: event.content, relatedBy: () => event.related_by ?? [] };
}

function roomMatcher(definition: JsonValue, options?: MatchOptions): EventMatcher {
  const parsed = parseRoomEventFilter(definition);
  assert.ok(parsed.ok);
  return compileRoomEventFilter(parsed.filter, options);
}

test('events match and differ as the vectors say', () => {
  for (const { filter, wildcard_ids: wildcardIds = false, match, differ } of vectors.cases) {
    const matcher = roomMatcher(filter, { wildcardIds });
    for (const event of match) assert.equal(matcher.matches(facts(event)), true, `${JSON.stringify(filter)} ${JSON.stringify(event)}`);
    for (const event of differ) assert.equal(matcher.matches(facts(event)), false, `${JSON.stringify(filter)} ${JSON.stringify(event)}`);
    assert.equal(matcher.matchesNothing, match.length === 0, JSON.stringify(filter));
    assert.equal(matcher.matchesAll, differ.length === 0, JSON.stringify(filter));
  }
});

test('relations are only asked for when the filter speaks of them', () => {
  assert.equal(roomMatcher({ related_by_rel_types: ['m.thread'] }).needsRelations, true);
  assert.equal(roomMatcher({ related_by_rel_types: ['m.thread'], types: [] }).needsRelations, false);
  assert.equal(roomMatcher({}).needsRelations, false);
});

test('the limit is the client’s wish up to the server’s', () => {
  assert.equal(roomMatcher({}).limit(20, 100), 20);
  assert.equal(roomMatcher({ limit: 7 }).limit(20, 100), 7);
  assert.equal(roomMatcher({ limit: 7000 }).limit(20, 100), 100);
});

test('account data and presence are matched by type and sender', () => {
  const parsed = parseRoomEventFilter({ types: ['m.*'], senders: ['@a:x'], contains_url: true });
  assert.ok(parsed.ok);
  const matcher = compileEventFilter(parsed.filter);
  assert.equal(matcher.matches({ type: 'm.presence', sender: '@a:x' }), true);
  assert.equal(matcher.matches({ type: 'm.presence', sender: '@b:x' }), false);
  assert.equal(matcher.needsRelations, false);
  const wild = parseRoomEventFilter({ senders: ['@*:x'] });
  assert.ok(wild.ok);
  assert.equal(compileEventFilter(wild.filter).matches({ type: 'm.presence', sender: '@a:x' }), false);
  assert.equal(compileEventFilter(wild.filter, { wildcardIds: true }).matches({ type: 'm.presence', sender: '@a:x' }), true);
});

test('a list of rooms admits what it names and refuses what the other list names', () => {
  assert.equal(compileRoomList({ rooms: undefined, notRooms: undefined })('!a'), true);
  const some = compileRoomList({ rooms: ['!a', '!b'], notRooms: ['!b'] });
  assert.deepEqual(['!a', '!b', '!c'].map(some), [true, false, false]);
  const wild = { rooms: ['*:x'], notRooms: undefined };
  assert.equal(compileRoomList(wild, { wildcardIds: true })('!a:x'), true);
  assert.equal(compileRoomList(wild)('!a:x'), false);
});
