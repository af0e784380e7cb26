/** Random histories of a room for property tests: servers that diverge, act on what they see, and merge. */
import { authorize } from '../auth/authorize.ts';
import type { JsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { MemoryRoom } from './memory-room.ts';
import type { State } from './memory-room.ts';
import { resolveByTheLetter } from './reference-resolution.ts';

export const users = ['@a:a', '@b:b', '@c:c', '@d:d'];
const creator = '@a:a';

/** One step: a branch does something, or takes over the state of another. Numbers are taken modulo what there is. */
export type Step = {
  readonly branch: number;
  readonly action: number;
  readonly who: number;
  readonly whom: number;
  readonly value: number;
  readonly ts: number;
};

export type History = { readonly room: MemoryRoom; readonly branches: readonly State[] };

export function playHistory(rules: RoomVersionRules, steps: readonly Step[], branchCount: number): History {
  const room = new MemoryRoom(rules);
  let state: State = new Map();
  const send = (from: State, type: string, sender: string, stateKey: string, content: JsonObject, ts: number): State => {
    const auth = room.selectAuth({ type, sender, state_key: stateKey, content }, from);
    const number = room.add({ id: `e${room.size}`, type, sender, state_key: stateKey, content, auth, ts });
    const { event, key } = room.fact(number);
    const find = (t: string, k: string): typeof event | undefined => {
      const found = from.get(room.keyOf(t, k));
      return found === undefined ? undefined : room.fact(found).event;
    };
    const facts = { signedBy: () => true, verifySigned: () => true };
    return authorize(event, rules, find, facts).allowed ? new Map([...from, [key, number]]) : from;
  };

  state = send(state, 'm.room.create', creator, '', {}, 0);
  state = send(state, 'm.room.member', creator, creator, { membership: 'join' }, 1);
  const own = rules.privilegedCreators ? {} : { [creator]: 100 };
  state = send(state, 'm.room.power_levels', creator, '', { users: { ...own, '@b:b': 50 } }, 2);
  state = send(state, 'm.room.join_rules', creator, '', { join_rule: 'public' }, 3);
  for (const user of ['@b:b', '@c:c']) state = send(state, 'm.room.member', user, user, { membership: 'join' }, 4);

  const branches: State[] = Array.from({ length: branchCount }, () => state);
  for (const step of steps) {
    const at = step.branch % branchCount;
    const here = branches[at] as State;
    const who = users[step.who % users.length] as string;
    const whom = users[step.whom % users.length] as string;
    const act = (type: string, stateKey: string, content: JsonObject): State => send(here, type, who, stateKey, content, step.ts);
    const levels = here.get(room.keyOf('m.room.power_levels', '')) ?? -1;
    switch (step.action % 8) {
      case 0:
        branches[at] = act('m.room.member', who, { membership: 'join' });
        break;
      case 1:
        branches[at] = act('m.room.member', whom, { membership: 'leave' });
        break;
      case 2:
        branches[at] = act('m.room.member', whom, { membership: 'ban' });
        break;
      case 3:
        branches[at] = act('m.room.member', whom, { membership: 'invite' });
        break;
      case 4: {
        const before = levels < 0 ? {} : (room.fact(levels).event.content['users'] as JsonObject);
        branches[at] = act('m.room.power_levels', '', { users: { ...before, [whom]: (step.value % 5) * 25 } });
        break;
      }
      case 5:
        branches[at] = act('m.room.join_rules', '', { join_rule: ['public', 'invite', 'knock'][step.value % 3] as string });
        break;
      case 6:
        branches[at] = act('m.room.topic', '', { topic: `${step.value}` });
        break;
      default:
        branches[at] = resolveByTheLetter(room, [here, branches[step.value % branchCount] as State]);
    }
  }
  return { room, branches };
}
