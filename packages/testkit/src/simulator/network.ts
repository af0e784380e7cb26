import type { NetworkPlan } from './plan.ts';
import type { Clock, Random } from '@hearth/kit';
import { canonicalJson, type JsonObject, type JsonValue, isJsonObject, parseJsonText } from '@hearth/protocol';

/** How long a server waits for an answer. */
const answerMsMax = 10_000;
const bodyBytesMax = 8 * 1024 * 1024;
/** Once all is healed. */
const healedLatencyMs = 20;

/** Who can be called. `handle` gets what came over the wire, as text. */
export type Endpoint = { readonly isUp: () => boolean; readonly handle: (origin: string, body: JsonObject) => Promise<JsonObject> };

/** Requests between servers that come late, twice, in another order, or not at all, as a seed wants it. */
export class Network {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #plan: NetworkPlan;
  readonly #endpoints = new Map<string, Endpoint>();
  /** The side on which a server is while the network is parted. */
  #sides = new Map<string, number>();
  #healed = false;
  /** Requests whose bodies were refused at the door. */
  refused = 0;

  constructor(clock: Clock, random: Random, plan: NetworkPlan) {
    this.#clock = clock;
    this.#random = random;
    this.#plan = plan;
  }

  attach(domain: string, endpoint: Endpoint): void {
    this.#endpoints.set(domain, endpoint);
  }

  part(sides: ReadonlyMap<string, number>): void {
    this.#sides = new Map(sides);
  }

  /** Parts grow together; loss and duplication go on. */
  rejoin(): void {
    this.#sides.clear();
  }

  /** From now on all that is sent arrives, once and soon. */
  heal(): void {
    this.rejoin();
    this.#healed = true;
  }

  /** The answer, or undefined if none came. */
  call(from: string, to: string, body: JsonObject): Promise<JsonObject | undefined> {
    return this.callWithText(from, to, canonicalJson(body, 'legacy'));
  }

  callWithText(from: string, to: string, text: string): Promise<JsonObject | undefined> {
    return new Promise((resolve) => {
      const giveUp = this.#clock.setTimer(answerMsMax, () => resolve(undefined));
      const answered = (answer: JsonObject): void => {
        giveUp.cancel();
        resolve(answer);
      };
      this.#carry(from, to, text, answered);
      if (this.#happens(this.#plan.duplicatePercent)) this.#carry(from, to, text, () => undefined);
    });
  }

  #carry(from: string, to: string, text: string, answered: (answer: JsonObject) => void): void {
    if (this.#happens(this.#plan.lossPercent)) return;
    this.#clock.setTimer(this.#latency(), () => {
      const endpoint = this.#endpoints.get(to);
      if (!endpoint?.isUp() || !this.#reaches(from, to)) return;
      const body = this.#parse(text);
      if (!body) return answered({ error: 'M_NOT_JSON' });
      void endpoint.handle(from, body).then((answer) => this.#carryBack(to, from, canonicalJson(answer, 'legacy'), answered));
    });
  }

  #carryBack(from: string, to: string, text: string, answered: (answer: JsonObject) => void): void {
    if (this.#happens(this.#plan.lossPercent)) return;
    this.#clock.setTimer(this.#latency(), () => {
      const answer = this.#reaches(from, to) ? this.#parse(text) : undefined;
      if (answer) answered(answer);
    });
  }

  /** The strict door that all foreign JSON comes through. */
  #parse(text: string): JsonObject | undefined {
    const parsed = parseJsonText(text, { numbers: 'legacy', bytesMax: bodyBytesMax });
    if (parsed.ok && isJsonObject(parsed.value)) return parsed.value;
    this.refused += 1;
    return undefined;
  }

  #reaches(from: string, to: string): boolean {
    return (this.#sides.get(from) ?? 0) === (this.#sides.get(to) ?? 0);
  }

  #happens(percent: number): boolean {
    return !this.#healed && this.#random.integer(100) < percent;
  }

  #latency(): number {
    return 1 + this.#random.integer(this.#healed ? healedLatencyMs : this.#plan.latencyMsMax);
  }
}

export function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}

export function strings(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function integer(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}
