import assert from 'node:assert/strict';

import { command } from '../query.ts';
import { onEngine } from '../testing/index.ts';
import { type Statement, WriteRefused } from '../write.ts';

const first = command('test-split-first', 'INSERT INTO meta (key, value) VALUES ($1, $2)');
const second = command('test-split-second', 'INSERT INTO meta (value, key) VALUES ($2, $1)');

onEngine(
  'postgres',
  'a statement that failed once, and stood behind another failure then, is known by its name again',
  async ({ database }) => {
    const write = (...statements: Statement[]): Promise<unknown> => database.write({ claims: [], statements, stream: [] });
    const note = (run: typeof first, key: string): Statement => ({ run, params: [key, 'noted'] });
    await write({ run: command('test-split-taken', 'INSERT INTO meta (key, value) VALUES ($1, $1)'), params: ['taken'] });
    const isDuplicate = (error: unknown): boolean => error instanceof WriteRefused && error.why === 'duplicate';
    await assert.rejects(write(note(second, 'taken')), isDuplicate);
    await assert.rejects(write(note(first, 'taken'), note(second, 'free')), isDuplicate);
    await write(note(second, 'free'));
    await write(note(first, 'free too'), note(second, 'free as well'));
  },
);
