import { clientPath, type Session } from '@hearth/testkit';

/** Somebody's way through a room. */
export const timelines = {
  never: [],
  invited: ['invite'],
  declined: ['invite', 'leave'],
  knocking: ['knock'],
  joined: ['join'],
  'invited and joined': ['invite', 'join'],
  left: ['join', 'leave'],
  kicked: ['join', 'kick'],
  banned: ['join', 'ban'],
  'banned before joining': ['ban'],
  pardoned: ['join', 'ban', 'unban'],
  'back again': ['join', 'leave', 'join'],
  'left twice': ['join', 'leave', 'join', 'leave'],
  'invited back': ['join', 'leave', 'invite'],
  forgotten: ['join', 'leave', 'forget'],
} as const satisfies Record<string, readonly Act[]>;

export type Act = 'invite' | 'knock' | 'join' | 'leave' | 'kick' | 'ban' | 'unban' | 'forget';

/** Settings of the history, of which the second comes half-way through. */
export const settings = [
  ['joined'],
  ['invited'],
  ['shared'],
  ['world_readable'],
  ['shared', 'joined'],
  ['joined', 'world_readable'],
  ['world_readable', 'invited'],
] as const;

export type Story = {
  readonly room: string;
  readonly root: string;
  readonly tokens: { readonly sync: string[]; readonly stream: string[] };
};

const text = (body: string, relatesTo?: object): object => ({ msgtype: 'm.text', body, ...(relatesTo && { 'm.relates_to': relatesTo }) });

/** Plays a story: between any two acts of the reader's, everything of interest is said once. */
export async function play(
  host: Session,
  reader: Session,
  acts: readonly Act[],
  [setting, later]: readonly [string, string?],
): Promise<Story> {
  const room = await host.createRoom({
    preset: 'public_chat',
    initial_state: [
      { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: setting } },
      { type: 'm.room.join_rules', state_key: '', content: { join_rule: acts.includes('knock') ? 'knock' : 'public' } },
    ],
  });
  const root = await host.sendText(room, 'needle root');
  const tokens: Story['tokens'] = { sync: [], stream: [] };
  const say = async (step: number): Promise<void> => {
    await host.send(room, 'm.room.message', text(`needle ${step}`, { rel_type: 'm.thread', event_id: root }) as Record<string, unknown>);
    await host.send(room, 'org.example.note', { 'm.relates_to': { rel_type: 'm.reference', event_id: root } });
    await host.setState(room, 'm.room.topic', '', { topic: `needle topic ${step}` });
  };
  const half = Math.ceil(acts.length / 2);
  await say(0);
  for (const [index, act] of acts.entries()) {
    tokens.sync.push((await reader.sync()).next_batch);
    tokens.stream.push((await reader.ok('GET', clientPath`/events`, { query: { timeout: 0 } })).end);
    await perform(host, reader, room, act);
    if (index + 1 === half && later !== undefined)
      await host.setState(room, 'm.room.history_visibility', '', { history_visibility: later });
    await say(index + 1);
  }
  if (acts.length === 0 && later !== undefined) await host.setState(room, 'm.room.history_visibility', '', { history_visibility: later });
  const edit = { ...text('* needle edited', { rel_type: 'm.replace', event_id: root }), 'm.new_content': text('needle edited') };
  await host.send(room, 'm.room.message', edit);
  return { room, root, tokens };
}

async function perform(host: Session, reader: Session, room: string, act: Act): Promise<void> {
  if (act === 'join') await reader.join(room);
  else if (act === 'leave') await reader.leave(room);
  else if (act === 'forget') await reader.forget(room);
  else if (act === 'knock') await reader.setState(room, 'm.room.member', reader.userId, { membership: 'knock' });
  else await host[act](room, reader.userId);
}
