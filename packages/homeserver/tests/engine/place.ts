import type { Engine } from '../../src/engine/engine-in-process.ts';
import type { Received } from '../../src/engine/receive/received.ts';
import { fixedEngine } from '../../src/engine/testing/fixed-engine.ts';
import { type ModelEvent, ModelRoom } from '../../src/engine/testing/model-room.ts';
import { OtherServers } from '../../src/engine/testing/other-servers.ts';
import { alice, publicRoom } from '../../src/engine/testing/test-engine.ts';
import type { PduEvent } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

export const bob = '@bob:b.test';
export const carol = '@carol:c.test';

/** A public room of Alice's on our server, and the model that other servers have of it. */
export type Place = {
  readonly engine: Engine;
  readonly database: Database;
  readonly servers: OtherServers;
  readonly model: ModelRoom;
  readonly roomId: string;
  /** Hands events to the engine as another server would. */
  readonly receive: (...events: readonly (ModelEvent | PduEvent)[]) => Promise<readonly Received[]>;
  /** The same room on the same database with a new engine. */
  readonly restarted: () => Promise<Place>;
};

export async function newPlace(database: Database, version = '12'): Promise<Place> {
  const engine = await fixedEngine(database);
  const { roomId } = await engine.createRoom(publicRoom(version));
  const servers = new OtherServers();
  return placeOf(engine, database, await ModelRoom.of(engine, roomId, servers), servers);
}

/** A place where Bob, of another server, is in the room. */
export async function placeWithBob(database: Database, version = '12'): Promise<Place & { readonly join: ModelEvent }> {
  const place = await newPlace(database, version);
  const join = place.model.send({ ...joining(bob), prev: place.model.leaves });
  await place.receive(join);
  return { ...place, join };
}

export function joining(user: string): { sender: string; type: string; stateKey: string; content: object } {
  return { sender: user, type: 'm.room.member', stateKey: user, content: { membership: 'join' } };
}

export function member(sender: string, user: string, membership: string): ReturnType<typeof joining> {
  return { sender, type: 'm.room.member', stateKey: user, content: { membership } };
}

export function text(sender: string, body: string): { sender: string; type: string; content: object } {
  return { sender, type: 'm.room.message', content: { msgtype: 'm.text', body } };
}

export function placeOf(engine: Engine, database: Database, model: ModelRoom, servers: OtherServers): Place {
  const { roomId } = model;
  return {
    engine,
    database,
    servers,
    model,
    roomId,
    receive: (...events) => engine.receive(roomId, events.map(pduOf), { keyOf: servers.keyOf }),
    restarted: async () => placeOf(await fixedEngine(database, 'restarted'), database, model, servers),
  };
}

function pduOf(one: ModelEvent | PduEvent): PduEvent['pdu'] {
  return 'event' in one ? one.event.pdu : one.pdu;
}

export { alice };

/** The ids of the current state's events, sorted. */
export async function currentIds({ engine, roomId }: Place): Promise<string[]> {
  const head = await engine.room(roomId);
  if (!head) throw new Error('no such room');
  return (await engine.currentState(head).all()).map(({ event }) => event.eventId).toSorted();
}

export async function endIds({ engine, roomId }: Place): Promise<string[]> {
  return ((await engine.room(roomId))?.extremities ?? []).map(({ eventId }) => eventId).toSorted();
}
