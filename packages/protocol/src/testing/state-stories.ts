/** Reads the stories of `vectors/state`; its README describes the format. */
import { readdirSync, readFileSync } from 'node:fs';

import type { RoomVersionRules } from '../room-versions/rules.ts';
import type { EventSketch, State } from './memory-room.ts';
import { MemoryRoom } from './memory-room.ts';

export type Story = {
  readonly file: string;
  readonly name: string;
  readonly story: string;
  readonly events: readonly EventSketch[];
  readonly states: readonly (readonly string[])[];
  readonly resolved: { readonly [algorithm: string]: { readonly [key: string]: string | null } | undefined };
};

const folder = new URL('../../vectors/state/', import.meta.url);

export const stories: readonly Story[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .flatMap((file) => (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Story[]).map((story) => ({ ...story, file })));

/** The room of a story and the states in it, for a room version. */
export function stage(story: Story, rules: RoomVersionRules): { readonly room: MemoryRoom; readonly states: readonly State[] } {
  const room = new MemoryRoom(rules);
  for (const event of story.events) room.add(event);
  return { room, states: story.states.map((ids) => room.state(ids)) };
}

/** What became of the keys on which the states differ, and of those that were added: `type|state_key` to event name or null. */
export function outcome(room: MemoryRoom, states: readonly State[], resolved: State): { readonly [key: string]: string | null } {
  const all = new Set([...states, resolved].flatMap((state) => [...state]).map(([key]) => key));
  const differing = [...all].filter((key) => new Set([...states, resolved].map((state) => state.get(key))).size > 1);
  return Object.fromEntries(
    differing.map((key) => {
      const number = resolved.get(key);
      const example = [...states, resolved].map((state) => state.get(key)).find((n) => n !== undefined) as number;
      const { type, stateKey } = room.fact(example).event;
      return [`${type}|${stateKey}`, number === undefined ? null : room.name(number)];
    }),
  );
}
