import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Faults = {
  /** Answers every send with 500. */
  readonly refuseSends?: boolean;
  /** Messages whose number is a multiple of this reach nobody. */
  readonly loseEvery?: number;
  /** Everybody gets each message twice. */
  readonly double?: boolean;
  /** The first request of each kind is refused with 429. */
  readonly limitOnce?: boolean;
};

type Room = { readonly members: Set<string>; readonly bodies: string[] };

/** Just enough of a homeserver to see that the generator counts right, with faults that it must see. */
export async function startFakeHomeserver(faults: Faults = {}) {
  const rooms = new Map<string, Room>();
  const waiting = new Set<() => void>();
  const seen: string[] = [];
  const limited = new Set<string>();

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://fake');
      const parts = url.pathname.split('/').slice(4).map(decodeURIComponent);
      const kind = parts[0] === 'rooms' ? 'send' : (parts[0] ?? '');
      if (faults.limitOnce === true && !limited.has(kind)) {
        limited.add(kind);
        return answer(response, 429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 5 });
      }
      const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
      handle(kind, parts, url.searchParams, token, Buffer.concat(chunks).toString(), response);
    });
  });

  function handle(kind: string, parts: string[], query: URLSearchParams, user: string, body: string, response: ServerResponse): void {
    const content = (body === '' ? {} : JSON.parse(body)) as { username?: string; auth?: { session?: string }; body?: string };
    if (kind === 'register') {
      if (content.auth?.session === undefined) return answer(response, 401, { session: 's', flows: [{ stages: ['m.login.dummy'] }] });
      return answer(response, 200, { user_id: `@${content.username}:fake`, access_token: content.username });
    }
    if (kind === 'createRoom') {
      const roomId = `!${rooms.size}:fake`;
      rooms.set(roomId, { members: new Set([user]), bodies: [] });
      return answer(response, 200, { room_id: roomId });
    }
    if (kind === 'join') {
      rooms.get(parts[1] ?? '')?.members.add(user);
      return answer(response, 200, { room_id: parts[1] });
    }
    if (kind === 'send') return send(parts[1] ?? '', parts[4] ?? '', content.body ?? '', response);
    if (kind === 'sync') return sync(user, query, response);
    answer(response, 404, { errcode: 'M_UNRECOGNIZED' });
  }

  function send(roomId: string, txnId: string, body: string, response: ServerResponse): void {
    if (faults.refuseSends === true) return answer(response, 500, { errcode: 'M_UNKNOWN' });
    seen.push(`${roomId} ${txnId}`);
    const number = Number(/^number (\d+)/.exec(body)?.[1] ?? 1);
    if (faults.loseEvery === undefined || number % faults.loseEvery !== 0) {
      const bodies = rooms.get(roomId)?.bodies;
      bodies?.push(body);
      if (faults.double === true) bodies?.push(body);
    }
    answer(response, 200, { event_id: `$${seen.length}` });
    for (const wake of Array.from(waiting)) wake();
  }

  function sync(user: string, query: URLSearchParams, response: ServerResponse): void {
    const since = JSON.parse(decodeURIComponent(query.get('since') ?? '{}')) as Record<string, number>;
    const mine = [...rooms].filter(([, { members }]) => members.has(user));
    const news = mine.filter(([roomId, { bodies }]) => bodies.length > (since[roomId] ?? 0));
    if (news.length === 0 && query.get('timeout') !== '0') {
      const wake = (): void => {
        waiting.delete(wake);
        sync(user, query, response);
      };
      waiting.add(wake);
      return;
    }
    const events = ([roomId, { bodies }]: [string, Room]) => bodies.slice(since[roomId] ?? 0).map((text) => ({ content: { body: text } }));
    const join = Object.fromEntries(news.map((room) => [room[0], { timeline: { events: events(room) } }]));
    const next = JSON.stringify(Object.fromEntries(mine.map(([roomId, { bodies }]) => [roomId, bodies.length])));
    // The generator takes the token as it stands in the text, so it must not need escapes.
    answer(response, 200, { next_batch: encodeURIComponent(next), rooms: { join } });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    target: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Room and transaction id of each message. */
    seen,
    rooms,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
