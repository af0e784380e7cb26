/** A public room of any size, and forks of its state, for counting and measuring what resolution costs. */
import type { JsonObject } from '../json/value.ts';
import type { Resolution } from '../state/request.ts';
import { runResolution } from '../state/request.ts';
import { resolve } from '../state/resolve.ts';
import { version } from './auth-state.ts';
import type { State } from './memory-room.ts';
import { MemoryRoom } from './memory-room.ts';

export const admin = '@admin:a';

type Send = (state: Map<number, number>, type: string, sender: string, stateKey: string, content: JsonObject, ts: number) => number;

/** A public room with an administrator; further events are sent on top of a state. */
export function publicRoom(name: string): { readonly room: MemoryRoom; readonly state: Map<number, number>; readonly send: Send } {
  const room = new MemoryRoom(version(name));
  const send: Send = (state, type, sender, stateKey, content, ts) => {
    const auth = room.selectAuth({ type, sender, state_key: stateKey, content }, state);
    const number = room.add({ id: `e${room.size}`, type, sender, state_key: stateKey, content, auth, ts });
    state.set(room.fact(number).key, number);
    return number;
  };
  const state = new Map<number, number>();
  send(state, 'm.room.create', '@creator:a', '', {}, 0);
  send(state, 'm.room.member', '@creator:a', '@creator:a', { membership: 'join' }, 1);
  send(state, 'm.room.join_rules', '@creator:a', '', { join_rule: 'public' }, 2);
  send(state, 'm.room.power_levels', '@creator:a', '', { users: { [admin]: 100 } }, 3);
  send(state, 'm.room.member', admin, admin, { membership: 'join' }, 4);
  return { room, state, send };
}

/** The same room with many members, and two forks in which different members have joined again. */
export function crowdedForks(
  name: string,
  members: number,
  changesEach: number,
): { readonly room: MemoryRoom; readonly state: State; readonly forks: readonly State[] } {
  const { room, state, send } = publicRoom(name);
  for (let i = 0; i < members; i++) send(state, 'm.room.member', `@u${i}:b`, `@u${i}:b`, { membership: 'join' }, 10);
  const forks = [new Map(state), new Map(state)];
  forks.forEach((fork, side) => {
    for (let i = 0; i < changesEach; i++) {
      const user = `@u${i * 2 + side}:b`;
      send(fork, 'm.room.member', user, user, { membership: 'join', n: 1 }, 100 + i);
    }
  });
  return { room, state, forks };
}

/** Resolves without handing out the whole state, as a server with a trie does: just the keys that differ. */
export function resolveForks(room: MemoryRoom, base: State, forks: readonly State[]): Resolution {
  return prepareForks(room, base, forks)();
}

/** The same in two steps: what a trie knows without looking is found first, and not a part of what resolving costs. */
export function prepareForks(room: MemoryRoom, base: State, forks: readonly State[]): () => Resolution {
  const changed = new Set(forks.flatMap((fork) => [...fork].filter(([key, number]) => base.get(key) !== number)).map(([key]) => key));
  const sets = forks.map(
    (fork) => new Map([...changed].flatMap((key) => (fork.has(key) ? [[key, fork.get(key) as number] as const] : []))),
  );
  const unconflicted = new Map([...base].filter(([key]) => !changed.has(key)));
  const input = { rules: room.rules, create: 0, sets, unconflicted: 'ask' as const, verifySigned: () => true };
  return () => runResolution(resolve(input), room.source(unconflicted, 50));
}
