import { sleep, systemClock } from '@hearth/kit';
import type { TestHearth } from '@hearth/testkit';

const clock = systemClock();
const lookMs = 50;
const looksMax = 200;

/** Waits until nothing reads any more: what follows the stream works behind the requests, and its statements are not theirs. */
export async function quiet({ server }: TestHearth): Promise<void> {
  const { counters } = server.database;
  let still = 0;
  for (let looks = 0; looks < looksMax && still < 4; looks += 1) {
    const before = counters.statementsRead;
    await sleep(clock, lookMs);
    still = counters.statementsRead === before ? still + 1 : 0;
  }
}
