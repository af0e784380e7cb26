import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Secret } from '../secret.ts';
import { TestClock } from '../testing/test-clock.ts';
import { withLogContext } from './context.ts';
import { createLog, type Log } from './log.ts';
import { prettyLine } from './pretty.ts';

function collect(level: 'debug' | 'info' = 'debug'): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { log: createLog({ level, format: 'json', clock: new TestClock(0), write: (line) => lines.push(line) }), lines };
}

const canary = 'c4n4ry-s3cr3t';

test('N-17: no token, password, cookie or secret reaches the log, wherever it stands', () => {
  const { log, lines } = collect();
  log.info(`GET /sync?access_token=${canary}&since=1`, { url: `/sync?since=1&access_token=${canary}#x` });
  log.info('headers', { headers: { Authorization: `Bearer ${canary}`, 'Set-Cookie': canary, cookie: canary } });
  log.info('login', { password: canary, new_password: canary, newPassword: canary, access_token: canary, secret: new Secret(canary) });
  log.warn('failed', { error: new Error(`request with Bearer ${canary} failed`, { cause: new Error(`password=${canary}`) }) });
  log.error('connect', { address: `postgres://hearth:${canary}@db/hearth`, list: [{ token: canary }, `x?token=${canary}`] });
  log.with({ authorization: canary, part: 'x' }).info('child');
  withLogContext({ requestId: `a?access_token=${canary}` }, () => log.info('x', { holder: new Secret(canary) }));
  const written = lines.slice(0, -1).join('');
  assert.equal(written.includes(canary), false, written);
  assert.match(written, /since=1/);
  assert.match(written, /"part":"x"/);
});

test('a line says level, time, message, fields and the request it belongs to', () => {
  const { log, lines } = collect();
  withLogContext({ requestId: 'r1' }, () => withLogContext({ user: '@a:b' }, () => log.info('joined', { room: '!r:b' })));
  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    level: 'info',
    time: '1970-01-01T00:00:00.000Z',
    requestId: 'r1',
    user: '@a:b',
    room: '!r:b',
    message: 'joined',
  });
});

test('lines below the level are not written', () => {
  const { log, lines } = collect('info');
  log.debug('quiet');
  assert.equal(log.writes('debug'), false);
  assert.deepEqual(lines, []);
});

test('what a log field may hold is bounded: depth, items, length, cycles, bytes', () => {
  const { log, lines } = collect();
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  log.info('odd', {
    cycle,
    long: 'x'.repeat(1e6),
    many: Array.from({ length: 1e4 }, () => 1),
    bytes: Buffer.alloc(9),
    big: 10n,
    fn: () => 1,
  });
  assert.ok((lines[0] ?? '').length < 10_000);
  assert.match(lines[0] ?? '', /"bytes":"\(9 bytes\)","big":"10"/);
});

test('on a terminal a line is readable and cannot move the cursor', () => {
  const { log, lines } = collect();
  log.warn('name taken', { name: 'x\u001B[2Jy', count: 3 });
  log.error('broken', { error: new Error('why') });
  assert.equal(prettyLine(lines[0] ?? '', false), '00:00:00 WARN  name taken name=x\\x1b[2Jy count=3\n');
  assert.match(prettyLine(lines[1] ?? '', false), /^00:00:00 ERROR broken\n {4}Error: why\n/);
});
