import type { EventRecord } from '../engine/event-record.ts';
import type { Cache, CacheBudget } from '@hearth/kit';
import { clientEventBase } from '@hearth/protocol';

type BaseText = { readonly withRoomId: string; readonly withoutRoomId: string; readonly redactedBy: number | null };

/** Events as JSON text up to `unsigned`: serialised once, however many clients wait for them. */
export class BaseTexts {
  readonly #cache: Cache<number, BaseText>;
  /** How often an event was turned into text: tests assert that it does not grow with the number of readers. */
  serialisations = 0;

  constructor(caches: CacheBudget) {
    this.#cache = caches.cache({
      name: 'event-texts',
      sizeOf: ({ withRoomId, withoutRoomId }) => withRoomId.length + withoutRoomId.length,
    });
  }

  of(record: EventRecord, withRoomId: boolean): string {
    // Only some readers are shown this form.
    if (record.isPruned) return stringify(clientEventBase(record.event, record.rules, { withRoomId }));
    let text = this.#cache.get(record.number);
    // A redaction makes a new form of the same event.
    if (!text || text.redactedBy !== record.redactedBy) {
      text = this.#serialise(record);
      this.#cache.set(record.number, text);
    }
    return withRoomId ? text.withRoomId : text.withoutRoomId;
  }

  #serialise(record: EventRecord): BaseText {
    this.serialisations += 1;
    const withoutRoomId = stringify(clientEventBase(record.event, record.rules, { withRoomId: false }));
    const withRoomId = `{"room_id":${JSON.stringify(record.event.roomId)},${withoutRoomId.slice(1)}`;
    return { withRoomId, withoutRoomId, redactedBy: record.redactedBy };
  }
}

/** JSON text; integers of old room versions that only a bigint holds are written as they came. */
export function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Rare, and several times slower, so only where the plain way failed.
    return JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? rawJson(String(member)) : member));
  }
}

const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };
