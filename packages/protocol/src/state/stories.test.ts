import assert from 'node:assert/strict';
import { test } from 'node:test';

import { knownRoomVersions } from '../room-versions/table.ts';
import { sorted } from '../testing/memory-room.ts';
import { resolveByTheLetter } from '../testing/reference-resolution.ts';
import { outcome, stage, stories } from '../testing/state-stories.ts';

for (const story of stories) {
  for (const [algorithm, expected] of Object.entries(story.resolved)) {
    test(`${algorithm}, ${story.name}: ${story.story}`, () => {
      for (const rules of knownRoomVersions().filter(({ stateResolution }) => stateResolution === algorithm)) {
        const { room, states } = stage(story, rules);
        for (const mode of ['ask', 'all'] as const) {
          const { state } = room.resolve(states, mode);
          assert.deepEqual(outcome(room, states, state), expected, `version ${rules.version}`);
          assert.deepEqual(sorted(room.resolve(states.toReversed(), mode).state), sorted(state), 'in the other order');
        }
        if (algorithm !== 'v1') assert.deepEqual(outcome(room, states, resolveByTheLetter(room, states)), expected);
      }
    });
  }
}

test('there are at least 60 stories, each with a sentence and a name of its own', () => {
  assert.ok(stories.length >= 60, `${stories.length} stories`);
  assert.equal(new Set(stories.map(({ name }) => name)).size, stories.length);
  for (const { story } of stories) assert.match(story, /\.$/);
});
