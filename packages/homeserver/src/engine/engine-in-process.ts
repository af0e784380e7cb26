import { MatrixError } from '../http/errors.ts';
import { isWholeRoom, purgedEvents, purgedRow } from '../streams/purged-entry.ts';
import { appendIntent } from './append-intent.ts';
import type { DraftDeps } from './draft-deps.ts';
import { Draft } from './draft.ts';
import type { Intent, NewRoom, RoomEngine, Submitted } from './engine.ts';
import type { EventRecord } from './event-record.ts';
import { importRoom, type Imported, type RoomToImport } from './import/import-room.ts';
import { removeAbandoned } from './import/unfinished.ts';
import { emptyHead, roomRow } from './new-room.ts';
import { PendingRoom } from './pending-room.ts';
import { isPurgeable, purgedUnread } from './purged-event.ts';
import { type GapOptions, receiveWithState } from './receive/receive-with-state.ts';
import { receivePdus } from './receive/receive.ts';
import type { Received, ReceiveOptions } from './receive/received.ts';
import type { RoomHead } from './room-head.ts';
import { Rooms } from './rooms.ts';
import type { Soon } from './soon.ts';
import type { StateChange, StateView } from './state-view.ts';
import { Transactions } from './transactions.ts';
import { Turns } from './turns.ts';
import { unknownRoom } from './unknown-room.ts';
import { domainOf, type JsonValue, parseRoomId, reject, type Reject } from '@hearth/protocol';
import { type Committed, type StreamEntry, streamKinds, WriteRefused } from '@hearth/storage';

/** Intents of one chain. */
const chainMax = 100;

/** Events of one purge: a slice that other writes of the room hardly notice. */
const purgedMax = 500;

/** Rooms by the same person with the same settings that may be made within one millisecond. */
const sameRoomsMax = 100;

type CreatedRoom = { readonly roomId: string; readonly room: number; readonly position: number };

/** The room engine of this process. See engine.ts for what each method promises. */
export class Engine implements RoomEngine {
  readonly #deps: DraftDeps;
  readonly #rooms: Rooms;
  readonly #transactions: Transactions;
  readonly #turns = new Turns();

  constructor(deps: DraftDeps) {
    this.#deps = deps;
    this.#rooms = new Rooms(deps);
    this.#transactions = new Transactions(deps);
  }

  /** A consumer of the stream: what other nodes wrote makes our copies old. */
  readonly consume = (entries: readonly StreamEntry[], origin: 'local' | 'elsewhere'): void => {
    for (const entry of entries) if (isWholeRoom(entry)) this.#forgetRoom(entry.subject);
    if (origin === 'local') return;
    for (const entry of entries) {
      if (entry.kind === streamKinds.purged) for (const number of purgedEvents(entry)) this.#deps.events.forget(number);
      if (entry.kind === streamKinds.redaction) this.#deps.events.forget(entry.subject);
      if (entry.room !== null && (entry.kind === streamKinds.event || entry.kind === streamKinds.state)) this.#rooms.invalidate(entry.room);
    }
  };

  #forgetRoom(room: number): void {
    this.#rooms.forget(room);
    this.#deps.events.forgetRoom(room);
  }

  async createRoom(room: NewRoom): Promise<CreatedRoom> {
    for (let attempt = 0; attempt < sameRoomsMax; attempt += 1) {
      const created = await this.#createRoom({ ...room, originServerTs: (room.originServerTs ?? this.#deps.clock.now()) + attempt });
      if (created) return created;
    }
    throw new MatrixError('M_UNAVAILABLE', 'Too many rooms alike are being created. Try again in a moment.');
  }

  /** Undefined when there is such a room already: where its id is the hash of its first event, two that are alike within one millisecond have one id. */
  async #createRoom(room: NewRoom): Promise<CreatedRoom | undefined> {
    const { database, clock, states, events } = this.#deps;
    const number = await database.takeNumbers('room', 1);
    const pending = new PendingRoom();
    const draft = new Draft(this.#deps, emptyHead(number, newRoomId(this.#deps, room), room.rules), states.empty(number), pending);
    await appendIntent(draft, this.#deps, createIntent(room));
    for (const intent of room.events) await appendIntent(draft, this.#deps, intent);
    const { head } = draft;
    const also = room.also?.({ number, roomId: head.roomId });
    if (also) draft.also(also.statements, also.stream);
    const write = draft.finish(roomRow(head, clock.now()));
    if (!write) throw new Error('a new room without events');
    let committed: Committed;
    try {
      committed = await database.write(write);
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'duplicate' && (await this.#rooms.headById(head.roomId))) return undefined;
      throw error;
    }
    states.committed(number, draft.newNodes);
    for (const record of draft.records) events.publish(record);
    events.rememberRoom(number, { roomId: head.roomId, rules: head.rules });
    this.#rooms.created(head);
    return { roomId: head.roomId, room: number, position: committed.entries.at(-1)?.position ?? 0 };
  }

  async submit(roomId: string, intent: Intent): Promise<Submitted> {
    await this.#turns.next();
    const { transaction } = intent;
    return transaction ? this.#transactions.once(transaction, () => this.#submit(roomId, intent)) : this.#submit(roomId, intent);
  }

  async #submit(roomId: string, intent: Intent): Promise<Submitted> {
    const room = await this.#numberOf(roomId);
    const { result, position } = await this.#rooms.write(room, (draft) => appendIntent(draft, this.#deps, intent));
    return { ...result, position };
  }

  async submitAll(roomId: string, intents: readonly Intent[]): Promise<readonly Submitted[]> {
    if (intents.length > chainMax) throw new MatrixError('M_TOO_LARGE', `At most ${chainMax} events can be sent at once.`);
    const room = await this.#numberOf(roomId);
    const { result, position } = await this.#rooms.write(room, async (draft) => {
      const appended = [];
      for (const intent of intents) appended.push(await appendIntent(draft, this.#deps, intent));
      return appended;
    });
    return result.map((appended) => ({ ...appended, position }));
  }

  async receive(roomId: string, pdus: readonly JsonValue[], options: ReceiveOptions): Promise<readonly Received[]> {
    const room = await this.room(roomId);
    if (!room) throw new MatrixError('M_NOT_FOUND', 'This room is not known here.');
    return receivePdus(this.#deps, this.#rooms, room, pdus, options);
  }

  async receiveWithState(roomId: string, pdu: JsonValue, options: GapOptions): Promise<Received> {
    const room = await this.room(roomId);
    if (!room) throw new MatrixError('M_NOT_FOUND', 'This room is not known here.');
    return receiveWithState(this.#deps, this.#rooms, room, pdu, options);
  }

  async importRoom(room: RoomToImport): Promise<Imported | Reject> {
    if (await this.room(room.roomId)) return reject('import.known', 'the room is here already');
    const imported = await importRoom(this.#deps, room);
    if ('head' in imported) this.#rooms.created(imported.head);
    return imported;
  }

  removeUnfinishedImports(): Promise<number> {
    return removeAbandoned(this.#deps);
  }

  async purge(room: number, events: readonly number[]): Promise<number> {
    if (events.length > purgedMax) throw new Error(`at most ${purgedMax} events can be purged at once`);
    const { result } = await this.#rooms.write(room, async (draft) => {
      const found = await draft.events.byNumbers(events);
      const purged = found.filter((record) => record !== undefined && record.room === room && isPurgeable(record)) as EventRecord[];
      for (const record of purged) draft.purge(record);
      if (purged.length > 0)
        draft.also(purgedUnread(room, purged), [
          purgedRow(
            room,
            purged.map(({ number }) => number),
          ),
        ]);
      return purged.length;
    });
    return result;
  }

  room(roomId: string): Soon<RoomHead | undefined> {
    return parseRoomId(roomId) ? this.#rooms.headById(roomId) : undefined;
  }

  roomByNumber(room: number): Soon<RoomHead | undefined> {
    return this.#rooms.head(room);
  }

  currentState(room: RoomHead): StateView {
    return new LazyState(room.number, room.state, () => this.#state(room.number, room.state));
  }

  stateAt(room: number, state: number): Soon<StateView | undefined> {
    return this.#deps.states.view(room, state);
  }

  stateDifference(room: number, before: number, after: number): Promise<StateChange[]> {
    return this.#deps.states.difference(room, before, after);
  }

  event(number: number): Soon<EventRecord | undefined> {
    return this.#deps.events.byNumber(number);
  }

  events(numbers: readonly number[]): Promise<(EventRecord | undefined)[]> {
    return this.#deps.events.byNumbers(numbers);
  }

  eventById(eventId: string): Promise<EventRecord | undefined> {
    return this.#deps.events.byId(eventId);
  }

  internUser(userId: string): Soon<number> {
    return this.#deps.interner.internUser(userId);
  }

  findUser(userId: string): Soon<number | undefined> {
    return this.#deps.interner.findUser(userId);
  }

  async userId(user: number): Promise<string> {
    const [id] = await this.#deps.interner.userIds([user]);
    return id as string;
  }

  userIds(users: readonly number[]): Promise<string[]> {
    return this.#deps.interner.userIds(users);
  }

  drain(): Promise<void> {
    return this.#rooms.drain();
  }

  async #numberOf(roomId: string): Promise<number> {
    const room = await this.room(roomId);
    if (!room) throw unknownRoom();
    return room.number;
  }

  async #state(room: number, number: number): Promise<StateView> {
    const view = await this.#deps.states.view(room, number);
    if (!view) throw new Error(`room ${room} lacks its state ${number}`);
    return view;
  }
}

/** The state of a head, read when first asked for. */
class LazyState implements StateView {
  readonly room: number;
  readonly number: number;
  readonly #load: () => Promise<StateView>;
  #view: Promise<StateView> | undefined;

  constructor(room: number, number: number, load: () => Promise<StateView>) {
    this.room = room;
    this.number = number;
    this.#load = load;
  }
  async get(type: string, stateKey: string): Promise<EventRecord | undefined> {
    return (await this.#loaded()).get(type, stateKey);
  }
  async getMany(pairs: readonly (readonly [string, string])[]): Promise<(EventRecord | undefined)[]> {
    return (await this.#loaded()).getMany(pairs);
  }
  async all(): Promise<EventRecord[]> {
    return (await this.#loaded()).all();
  }
  async face(): Promise<EventRecord[]> {
    return (await this.#loaded()).face();
  }
  async count(): Promise<number> {
    return (await this.#loaded()).count();
  }
  #loaded(): Promise<StateView> {
    return (this.#view ??= this.#load());
  }
}

/** '' where the create event's hash becomes the room id. */
function newRoomId({ random }: DraftDeps, { rules, creator }: NewRoom): string {
  return rules.roomIdIsCreateHash ? '' : `!${random.token(108)}:${domainOf(creator) ?? ''}`;
}

function createIntent({ rules, creator, creationContent, originServerTs }: NewRoom): Intent {
  const content = { ...creationContent, ...(rules.creatorIsSender ? {} : { creator }), room_version: rules.version };
  const intent: Intent = { type: 'm.room.create', sender: creator, stateKey: '', content, deduplicate: false };
  return originServerTs === undefined ? intent : { ...intent, originServerTs };
}
