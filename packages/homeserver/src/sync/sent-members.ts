import { LRUCache } from 'lru-cache';

import type { EventRecord } from '../engine/event-record.ts';

/** Devices and rooms for which we remember which members were sent. Forgetting only means sending a member again. */
const roomsMax = 20_000;
const membersMax = 500;

export type DeviceInRoom = { readonly user: number; readonly deviceId: string; readonly room: number };

/** A member event that was sent, in an answer up to this position. */
type Sent = { readonly event: number; readonly position: number };

/**
 * With lazily loaded members a client need not be told twice who somebody is (client-server API, "Lazy-loading room members"):
 * the member events that each device was sent in each room. An answer counts once the client goes on from it; one that was
 * lost on its way is asked for again with the older token, and then its members come again.
 */
export class SentMembers {
  readonly #sent = new LRUCache<string, Map<string, Sent>>({ max: roomsMax });

  /** Starts anew for a device that is sent the room as a whole. */
  forget(device: DeviceInRoom): void {
    this.#sent.delete(keyOf(device));
  }

  /** Whether a client that goes on from `since` has this member event. */
  has(device: DeviceInRoom, record: EventRecord, since: number): boolean {
    const sent = this.#sent.get(keyOf(device))?.get(record.event.stateKey ?? '');
    return sent?.event === record.number && sent.position <= since;
  }

  add(device: DeviceInRoom, record: EventRecord, position: number): void {
    // Tokens without a device may belong to any number of clients.
    if (device.deviceId === '') return;
    const key = keyOf(device);
    const members = this.#sent.get(key) ?? new Map<string, Sent>();
    if (members.size >= membersMax) members.clear();
    const userId = record.event.stateKey ?? '';
    const before = members.get(userId);
    // Sent again while the client has it already: what counts is the first time.
    if (before?.event !== record.number) members.set(userId, { event: record.number, position });
    this.#sent.set(key, members);
  }
}

function keyOf({ user, deviceId, room }: DeviceInRoom): string {
  return `${user} ${room} ${deviceId}`;
}
