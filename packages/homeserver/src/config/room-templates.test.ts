import assert from 'node:assert/strict';
import { test } from 'node:test';

import { settingsSchema } from './schema.ts';
import { ConfigError, loadConfig } from '@hearth/kit';

function problems(templates: string): string {
  const text = `rooms:\n  templates:\n${templates.replaceAll(/^/gm, '    ')}\n`;
  try {
    loadConfig(settingsSchema, { env: {}, file: { name: 'hearth.yaml', text } });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

const event = (content: string): string => `x: { state: [{ type: a.b, content: ${content} }] }`;

const wrong: readonly (readonly [given: string, said: string])[] = [
  ['Help: {}', '"Help": a name is up to 64 of a-z, 0-9, ".", "_" and "-", with a letter first'],
  ['public_chat: {}', 'public_chat: this is a preset of Matrix; take another name'],
  ['x: 3', 'x: expected a mapping with any of preset, visibility, power_levels, state'],
  ['x: [a]', 'x: expected a mapping with any of preset, visibility, power_levels, state'],
  ['x: { visiblity: public }', 'x: unknown key visiblity. Did you mean visibility?'],
  ['x: { preset: y }', 'x.preset: expected one of private_chat, trusted_private_chat, public_chat'],
  ['x: { visibility: open }', 'x.visibility: expected "public" or "private"'],
  ['x: { power_levels: 3 }', 'x.power_levels: expected a mapping'],
  ['x: { power_levels: { invites: 3 } }', 'x.power_levels: unknown key invites. Did you mean invite?'],
  ['x: { power_levels: { invite: "3" } }', 'x.power_levels.invite: expected a whole number'],
  ['x: { power_levels: { invite: 1.5 } }', 'x.power_levels.invite: expected a whole number'],
  ['x: { power_levels: { events: 3 } }', 'x.power_levels.events: expected a mapping'],
  ['x: { power_levels: { events: { m.room.name: a } } }', 'x.power_levels.events.m.room.name: expected a whole number'],
  ['x: { power_levels: { users: {} } }', 'x.power_levels.users: people cannot be part of a template'],
  ['x: { state: {} }', 'x.state: expected a list of at most 50 events'],
  [`x: { state: [${'a, '.repeat(51)}] }`, 'x.state: expected a list of at most 50 events'],
  ['x: { state: [a] }', 'x.state[0]: expected a mapping with type, content and perhaps state_key'],
  ['x: { state: [{ type: a, content: {}, key: a }] }', 'x.state[0]: unknown key key.'],
  ['x: { state: [{ content: {} }] }', 'x.state[0].type: expected a text of 1 to 255 bytes'],
  [`x: { state: [{ type: ${'ä'.repeat(128)}, content: {} }] }`, 'x.state[0].type: expected a text of 1 to 255 bytes'],
  ['x: { state: [{ type: a, state_key: 3, content: {} }] }', 'x.state[0].state_key: expected a text of at most 255 bytes'],
  ['x: { state: [{ type: m.room.create, content: {} }] }', 'x.state[0].type: m.room.create is made for each room'],
  ['x: { state: [{ type: m.room.member, content: {} }] }', 'x.state[0].type: m.room.member says who is in the room'],
  ['x: { state: [{ type: m.room.power_levels, content: {} }] }', 'x.state[0].type: m.room.power_levels stands under power_levels'],
  ['x: { state: [{ type: a }] }', 'x.state[0].content: expected a mapping'],
  ['x: { state: [{ type: a, content: {} }, { type: a, content: { b: 1 } }] }', 'x.state[1]: there is another a with this state key'],
  [event(`{ a: ${'b'.repeat(32_768)} }`), 'x.state[0].content: at most 32768 bytes'],
  [Array.from({ length: 51 }, (_, index) => `t${index}: {}`).join('\n'), 'at most 50 templates'],
];

test('what is wrong with a template is said with its place', () => {
  for (const [given, said] of wrong) assert.ok(problems(given).includes(`rooms.templates: ${said}`), `${problems(given)} for ${said}`);
});

test('numbers that no event can hold are refused', () => {
  for (const number of ['1.5', '.inf', '.nan', '9007199254740993']) {
    assert.match(problems(event(`{ a: [{ b: ${number} }] }`)), /rooms\.templates: x\.state\[0\]\.content: /);
  }
});

test('what can be used is taken, also with nothing in it', () => {
  for (const given of [
    'x: {}',
    'x: { preset: public_chat, visibility: private, power_levels: { ban: -5, events: { a: 100 } }, state: [] }',
  ]) {
    assert.equal(problems(given), '');
  }
});
