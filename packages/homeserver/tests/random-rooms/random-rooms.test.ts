import { after, before, test } from 'node:test';

import fc from 'fast-check';

import type { Event } from '../visibility/reference.ts';
import { RoomModel } from './model.ts';
import { acts, type Choice, operations, type Place } from './operations.ts';
import { firstSync, incrementalSync, pages, slidingSync } from './views.ts';
import { clientPath, type Session, startHearth, type TestHearth } from '@hearth/testkit';

/*
 * Whatever five people do in a room, every way of following it leads to what a plain model says. A failure tells its seed and path; put
 * both into `replay`, and only that story is played.
 */

const runs = 500;
/** Stories of one test: it must end within its time, also on a slow machine. */
const runsEach = 50;
const replay: { readonly seed: number; readonly path?: string } = { seed: 20_150_701 };

let hearth: TestHearth;
let people: readonly Session[];
before(async () => {
  hearth = await startHearth();
  const names = ['alice', 'bob', 'carol', 'dave', 'erin'];
  people = await Promise.all(names.map((name) => hearth.client.register(name, 'password of everybody')));
});
after(() => hearth.stop());

async function newPlace(): Promise<Place> {
  const [alice] = people as [Session];
  const room = await alice.createRoom({ preset: 'public_chat' });
  const { chunk } = await alice.ok('GET', clientPath`/rooms/${room}/messages`, { query: { dir: 'f', limit: 100 } });
  return { room, people, model: new RoomModel(chunk as Event[]), views: [incrementalSync(), firstSync, slidingSync(), pages] };
}

const person = fc.nat({ max: 4 });
const story: fc.Arbitrary<readonly Choice[]> = fc.array(
  fc.record({ act: fc.constantFrom(...acts), actor: person, target: person, number: fc.nat({ max: 99 }) }),
  { minLength: 1, maxLength: 24 },
);

const play = async (choices: readonly Choice[]): Promise<void> => {
  const place = await newPlace();
  for (const choice of choices) {
    const operation = operations[choice.act];
    if (operation.may(place, choice)) await operation.run(place, choice);
  }
  for (const view of place.views) for (const index of people.keys()) await view.check(place, index);
};

for (let first = 0; first < (replay.path === undefined ? runs : 1); first += runsEach) {
  test(`stories ${first + 1} to ${first + runsEach} of five people: /sync incrementally and from scratch, sliding sync, and /messages both ways, show what the model says`, async () => {
    const from = replay.path === undefined ? { seed: replay.seed + first } : replay;
    await fc.assert(fc.asyncProperty(story, play), { numRuns: runsEach, ...from });
  });
}
