import { objects } from './network.ts';
import type { World } from './world.ts';
import type { Random } from '@hearth/kit';
import type { JsonObject } from '@hearth/protocol';

/** What a lying server says instead of what is so. */
export class LyingAnswers {
  readonly #random: Random;
  readonly #world: World;

  constructor(random: Random, world: World) {
    this.#random = random;
    this.#world = world;
  }

  instead(answer: JsonObject): JsonObject {
    if (this.#random.integer(4) > 0) return answer;
    this.#world.count('lying answers');
    switch (this.#random.integer(5)) {
      case 0:
        return { error: 'M_UNKNOWN' };
      case 1:
        return { ...answer, pdus: objects(answer['pdus']).filter(() => this.#random.integer(2) === 0) };
      case 2:
        return { ...answer, pdus: objects(answer['pdus']).map((pdu) => this.#distorted(pdu)) };
      case 3:
        return { ...answer, state: objects(answer['state']).filter(() => this.#random.integer(5) > 0) };
      default:
        return { ...answer, chain: objects(answer['chain']).map((pdu) => this.#distorted(pdu)), pdus: [{ type: 'nonsense' }, 7, null] };
    }
  }

  /** Words changed after the event was signed. */
  #distorted(pdu: JsonObject): JsonObject {
    if (this.#random.integer(3) > 0) return pdu;
    return { ...pdu, content: { ...(pdu['content'] as JsonObject), body: 'what nobody said', displayname: 'Nobody' } };
  }
}
