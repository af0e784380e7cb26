import { stringify } from '../../client-events/base-texts.ts';
import type { PreparedJson, Requester } from '../../http/route.ts';
import { writeTimelineToken } from '../../streams/tokens.ts';
import type { SyncDeps } from '../deps.ts';
import type { RoomNews } from './room-news.ts';
import type { JsonObject } from '@hearth/protocol';

export type SlidingAnswer = {
  readonly pos: string;
  readonly txnId: string | undefined;
  readonly counts: ReadonlyMap<string, number>;
  readonly rooms: readonly RoomNews[];
  readonly extensions: ReadonlyMap<string, JsonObject>;
  /** From where older events are had in a room of which none is shown. */
  readonly end: string;
};

type PresentDeps = Pick<SyncDeps, 'clientEvents'>;

/** Writes the answer as text: events come as text that was made once for all readers. */
export async function presentSliding(deps: PresentDeps, answer: SlidingAnswer, requester: Requester): Promise<PreparedJson> {
  const rooms: string[] = [];
  for (const news of answer.rooms) rooms.push(`${JSON.stringify(news.roomId)}:${await roomText(deps, news, answer.end, requester)}`);
  const lists = [...answer.counts].map(([name, count]) => `${JSON.stringify(name)}:{"count":${count}}`);
  const extensions = [...answer.extensions].map(([name, part]) => `${JSON.stringify(name)}:${stringify(part)}`);
  const txn = answer.txnId === undefined ? '' : `"txn_id":${JSON.stringify(answer.txnId)},`;
  const text = `{"pos":${JSON.stringify(answer.pos)},${txn}"lists":{${lists.join(',')}},"rooms":{${rooms.join(',')}},"extensions":{${extensions.join(',')}}}`;
  return { preparedJson: Buffer.from(text) };
}

async function roomText({ clientEvents }: PresentDeps, news: RoomNews, end: string, requester: Requester): Promise<string> {
  const { timeline, state, counts, unread, stripped } = news;
  const plain = {
    ...(news.initial ? { initial: true } : {}),
    membership: news.membership,
    lists: news.lists,
    bump_stamp: news.bumpStamp,
    is_dm: news.isDirect,
    name: news.name,
    avatar: news.avatar,
    heroes: news.heroes,
    joined_count: counts?.joined,
    invited_count: counts?.invited,
    ...unread,
    [news.membership === 'knock' ? 'knock_state' : 'invite_state']: stripped,
  };
  const parts = [stringify(plain).slice(1, -1)];
  const options = { withRoomId: false, generation: 'v3' as const };
  if (state && state.length > 0) parts.push(`"required_state":[${(await clientEvents.asTexts(state, requester, options)).join(',')}]`);
  if (timeline) {
    const { events, limited, prevBatch, expanded, live } = timeline;
    parts.push(
      `"timeline":[${(await clientEvents.asTexts(events, requester, options)).join(',')}]`,
      `"limited":${limited},"num_live":${live}`,
      `"prev_batch":${JSON.stringify(prevBatch ? writeTimelineToken(prevBatch) : end)}`,
    );
    if (expanded) parts.push('"unstable_expanded_timeline":true,"expanded_timeline":true');
  }
  return `{${parts.join(',')}}`;
}
