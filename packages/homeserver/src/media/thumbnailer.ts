import { type ChildProcess, fork } from 'node:child_process';

import { unavailable } from '../http/translate-error.ts';
import type { ThumbnailAnswer, ThumbnailOrder } from './thumbnail-order.ts';
import type { Clock } from '@hearth/kit';

/** One that takes longer is stopped, and its process with it. */
const makeMsMax = 20_000;
/** Orders that wait for their turn. */
const waitingMax = 100;
/** The process ends when nobody has wanted a thumbnail for so long. */
const idleMs = 60_000;

type Waiting = { readonly order: ThumbnailOrder; readonly resolve: (made: boolean) => void };

/** Has thumbnails made by a process of its own, one at a time. */
export class Thumbnailer {
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  #child: ChildProcess | undefined;
  #current: Waiting | undefined;
  #timer = { cancel: (): void => undefined };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False when the picture cannot be decoded, or takes too much. 503 M_UNAVAILABLE when too many want one. */
  make(order: ThumbnailOrder): Promise<boolean> {
    if (this.#waiting.length >= waitingMax) throw unavailable('Too many thumbnails are wanted at once. Try again shortly.');
    return new Promise((resolve) => {
      this.#waiting.push({ order, resolve });
      this.#next();
    });
  }

  stop(): void {
    this.#end(false);
    for (const { resolve } of this.#waiting.splice(0)) resolve(false);
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#timer.cancel();
    this.#current = this.#waiting.shift();
    if (this.#current === undefined) {
      this.#timer = this.#clock.setTimer(idleMs, () => this.#end(false));
      return;
    }
    this.#timer = this.#clock.setTimer(makeMsMax, () => this.#end(false));
    const child = (this.#child ??= this.#start());
    child.send(this.#current.order, (error) => {
      if (error && this.#child === child) this.#end(false);
    });
  }

  /** The process goes, and with it what it was at. */
  #end(made: boolean): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
    this.#answer(made);
  }

  #answer(made: boolean): void {
    this.#timer.cancel();
    const answered = this.#current;
    this.#current = undefined;
    if (answered === undefined) return;
    answered.resolve(made);
    this.#next();
  }

  #start(): ChildProcess {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const child = fork(new URL(`./thumbnail-worker.${extension}`, import.meta.url), [], {
      env: {},
      execArgv: ['--max-old-space-size=64'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('message', ({ made }: ThumbnailAnswer) => {
      if (this.#child === child) this.#answer(made);
    });
    const gone = (): void => {
      if (this.#child === child) this.#end(false);
    };
    child.on('exit', gone).on('error', gone);
    return child;
  }
}
