import { crowdedForks, prepareForks } from '../../src/testing/public-room.ts';
import type { Bench } from './bench.ts';

const times = 20;

export const forks: Bench = {
  name: 'two forks that differ in 100 events of a room of 100,000 members, resolved',
  budgetUs: 100_000,
  prepare: () => {
    const { room, state, forks: both } = crowdedForks('12', 100_000, 50);
    const resolveBoth = prepareForks(room, state, both);
    return {
      times,
      run: () => {
        for (let i = 0; i < times; i += 1) if (resolveBoth().state.size !== 100) throw new Error('not all keys were resolved');
      },
    };
  },
};
