import { requestWriter } from '../http/request-text.ts';
import type { Answer } from '../http/response-reader.ts';

export type Sending = {
  readonly host: string;
  readonly token: string;
  readonly roomIds: readonly string[];
  readonly run: string;
  readonly bytes: number;
};

/** The requests of one user who sends messages to some rooms in turn, each with a transaction id of its own. */
export function messageRequests({ host, token, roomIds, run, bytes }: Sending): () => string {
  const write = requestWriter({ method: 'PUT', host, token });
  const paths = roomIds.map((roomId) => `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/`);
  const filler = 'The quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(bytes / 45)).slice(0, bytes);
  let count = 0;
  return () => {
    count += 1;
    return write(`${paths[count % paths.length]}${run}.${count}`, `{"msgtype":"m.text","body":"${count} ${filler}"}`);
  };
}

/** The answer to each is the id of a new event. */
export function hasEventId(answer: Answer): boolean {
  return answer.status === 200 && answer.body.includes('"event_id":') && answer.body.includes('$');
}
