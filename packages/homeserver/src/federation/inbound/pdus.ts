import type { KeyRing } from '../keys/key-ring.ts';
import type { KeyOf, WantedKey } from '../keys/known-key.ts';
import {
  domainOf,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  jsonObject,
  own,
  ownInteger,
  ownObject,
  ownString,
  parseServerName,
  signingKeyIds,
} from '@hearth/protocol';

/** What became of an event that another server sent. */
export type ReceivedPdu = {
  readonly eventId: string | undefined;
  readonly verdict: string;
  readonly refusal?: { readonly reason: string };
};

/** Longer ones are none. */
const idLengthMax = 255;

/** The door of the engine, for events that others made. */
export type ReceivePdus = (
  roomId: string,
  pdus: readonly JsonValue[],
  options: { readonly keyOf: KeyOf },
) => Promise<readonly ReceivedPdu[]>;

export type PduDeps = {
  readonly receive: ReceivePdus;
  readonly ring: Pick<KeyRing, 'keysFor'>;
  /** Whether a room is here, and its list of servers lets this one take part. */
  readonly admission: (roomId: string, serverName: string) => Promise<'admitted' | 'denied' | 'unknown'>;
};

/** By event id: `{}`, or `error` for what was not taken in. */
export type PduResults = JsonObject;

/**
 * Takes in the events of a transaction, those of one room together, the rooms side by side: what is wrong with one is told for it and holds
 * up no other. Of an event of a room that is not here nobody knows the id, so that nothing is said of it.
 */
export async function receiveTransactionPdus(deps: PduDeps, origin: string, pdus: readonly JsonValue[]): Promise<PduResults> {
  const events = pdus.filter(isJsonObject);
  const byRoom = Map.groupBy(events, (event) => ownString(event, 'room_id') ?? '');
  const rooms = await Promise.all(
    [...byRoom].map(async ([roomId, ofRoom]) => ({ roomId, ofRoom, admission: await deps.admission(roomId, origin) })),
  );
  const admitted = rooms.filter(({ admission }) => admission === 'admitted');
  const keyOf = await deps.ring.keysFor(admitted.flatMap(({ ofRoom }) => ofRoom.flatMap(keysOf)));
  const results: { [eventId: string]: JsonValue } = Object.create(null) as { [eventId: string]: JsonValue };
  for (const { ofRoom, admission } of rooms) {
    if (admission !== 'denied') continue;
    // Only the oldest rooms' events carry their id; of the others it would have to be worked out for nothing.
    for (const event of ofRoom) noteResult(results, ownString(event, 'event_id'), 'the room does not let your server take part');
  }
  await Promise.all(
    admitted.map(async ({ roomId, ofRoom }) => {
      for (const { eventId, verdict, refusal } of await deps.receive(roomId, ofRoom, { keyOf })) {
        const taken = verdict === 'accepted' || verdict === 'soft-failed';
        const why = refusal?.reason ?? (verdict === 'incomplete' ? 'something that it cites is not known here' : 'it was rejected before');
        noteResult(results, eventId, taken ? undefined : why);
      }
    }),
  );
  return jsonObject(results);
}

function noteResult(results: { [eventId: string]: JsonValue }, eventId: string | undefined, error: string | undefined): void {
  if (eventId?.startsWith('$') === true && eventId.length <= idLengthMax)
    results[eventId] = error === undefined ? jsonObject({}) : jsonObject({ error });
}

/** The keys of all who may have had to sign an event: its sender's server, that of its id, and that which let somebody join. */
function keysOf(event: JsonObject): readonly WantedKey[] {
  const content = ownObject(event, 'content') ?? {};
  const signers = [ownString(event, 'sender'), ownString(event, 'event_id'), ownString(content, 'join_authorised_via_users_server')];
  const servers = new Set(signers.map((id) => (id === undefined ? undefined : domainOf(id))));
  const atTs = ownInteger(event, 'origin_server_ts') ?? 0;
  return [...servers].flatMap((server) => {
    const serverName = parseServerName(server);
    if (serverName === undefined || !isJsonObject(own(event, 'signatures') ?? null)) return [];
    return signingKeyIds(event, serverName).map((keyId) => ({ serverName, keyId, atTs }));
  });
}
