import { Known } from '../../src/state/known.ts';
import { orderPowerEvents } from '../../src/state/power-order.ts';
import { runResolution } from '../../src/state/request.ts';
import { admin, publicRoom } from '../../src/testing/public-room.ts';
import type { Bench } from './bench.ts';

const count = 50_000;

export const ordering: Bench = {
  name: '50,000 auth events in reverse topological power order',
  budgetUs: 50_000,
  prepare: () => {
    const { room, state, send } = publicRoom('12');
    const numbers: number[] = [];
    // Bans that cite the newest power levels and the ban before, with times that do not follow the order.
    for (let i = 0; i < count; i++) {
      const at = (i * 7919) % 1_000_003;
      const isLevels = i % 100 === 0;
      numbers.push(
        isLevels
          ? send(state, 'm.room.power_levels', '@creator:a', '', { users: { [admin]: 100 }, n: i }, at)
          : send(state, 'm.room.member', admin, `@u${i % 5000}:b`, { membership: 'ban' }, at),
      );
    }
    const full = new Set(numbers);
    const source = room.source(state);
    const known = new Known();
    runResolution(known.loadEvents([0, ...full].flatMap((number) => [number, ...room.fact(number).authEvents])), source);
    return {
      times: 1,
      run: () => {
        if (runResolution(orderPowerEvents(known, full, room.rules, 0), source).length !== count) throw new Error('not all were sorted');
      },
    };
  },
};
