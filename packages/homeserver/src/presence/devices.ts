import type { FollowedAs } from '../sync/index.ts';
import { type PresenceState, strongest } from './state.ts';

/** A device that neither asks for news nor says anything for so long is gone. */
export const goneAfterMs = 30_000;
/** Who is online and does nothing for so long is unavailable (client-server API, "Idle timeout"). */
export const idleAfterMs = 5 * 60_000;
/** Devices of one person that are watched; the one that came first makes room. */
const devicesMax = 100;

type Device = { state: PresenceState; following: number; seenAt: number };

/** What one person's devices on this node say of them. Times are monotonic. */
export class Devices {
  readonly #devices = new Map<string, Device>();
  /** When the person last did something. */
  activeAt: number | undefined;

  /** A device begins to wait for news. Being online again is something that its person did; to go on with it is not. */
  follow(deviceId: string, as: Exclude<FollowedAs, 'offline'>, now: number): { readonly end: (now: number) => void } {
    const device = this.#device(deviceId, now);
    const before = device.following === 0 && now - device.seenAt >= goneAfterMs ? undefined : device.state;
    device.state = as === 'as-before' ? (before ?? 'online') : as;
    if (device.state === 'online' && before !== 'online') this.activeAt = now;
    device.following += 1;
    return {
      end: (then) => {
        device.following -= 1;
        device.seenAt = then;
      },
    };
  }

  /** The person says how a device of theirs is to count. */
  say(deviceId: string, state: PresenceState, now: number): void {
    Object.assign(this.#device(deviceId, now), { state, seenAt: now });
    this.activeAt = now;
  }

  /** What they come to now; devices that are gone are forgotten. */
  state(now: number): PresenceState {
    for (const [deviceId, device] of this.#devices) if (goneAt(device) <= now) this.#devices.delete(deviceId);
    const state = strongest([...this.#devices.values()].map((device) => device.state));
    return state === 'online' && now >= this.#idleAt() ? 'unavailable' : state;
  }

  /** When `state` may be another without anybody's doing; undefined for never. */
  nextChange(now: number): number | undefined {
    const times = [...this.#devices.values()].map(goneAt);
    if (this.#idleAt() > now) times.push(this.#idleAt());
    const next = Math.min(...times);
    return Number.isFinite(next) ? next : undefined;
  }

  #idleAt(): number {
    return (this.activeAt ?? Number.NEGATIVE_INFINITY) + idleAfterMs;
  }

  #device(deviceId: string, now: number): Device {
    const known = this.#devices.get(deviceId);
    if (known) return known;
    const [first] = this.#devices.keys();
    if (this.#devices.size >= devicesMax && first !== undefined) this.#devices.delete(first);
    const made: Device = { state: 'offline', following: 0, seenAt: now - goneAfterMs };
    this.#devices.set(deviceId, made);
    return made;
  }
}

function goneAt({ following, seenAt }: Device): number {
  return following > 0 ? Number.POSITIVE_INFINITY : seenAt + goneAfterMs;
}
