import { command, point, scan } from '../query.ts';
import type { Insert, Statement, StreamRow, Write } from '../write.ts';

/** Rows and writes that storage's own tests use; real tables, simple values. */
export const insertUser: Insert = {
  name: 'test-insert-user',
  table: 'user_ids',
  columns: [
    { name: 'number', type: 'integer' },
    { name: 'user_id', type: 'text' },
  ],
  onConflict: { do: 'fail' },
};
export const insertRoom: Insert = {
  name: 'test-insert-room',
  table: 'rooms',
  columns: [
    ...['number', 'revision', 'current_state', 'next_number', 'depth', 'countable', 'joined_members', 'invited_members', 'created_ts'].map(
      (name) => ({
        name,
        type: 'integer' as const,
      }),
    ),
    ...['room_id', 'version', 'extremities'].map((name) => ({ name, type: 'text' as const })),
  ],
  onConflict: { do: 'fail' },
};
export const replaceProfile: Insert = {
  name: 'test-replace-profile',
  table: 'profiles',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'field', type: 'text' },
    { name: 'value', type: 'text' },
  ],
  onConflict: { do: 'replace', key: ['usr', 'field'] },
};
export const ignoreProfile: Insert = {
  ...replaceProfile,
  name: 'test-ignore-profile',
  onConflict: { do: 'ignore', key: ['usr', 'field'] },
};
export const insertStateKey: Insert = {
  name: 'test-insert-state-key',
  table: 'state_keys',
  columns: [
    { name: 'number', type: 'integer' },
    { name: 'type', type: 'bytes' },
    { name: 'state_key', type: 'bytes' },
  ],
  onConflict: { do: 'ignore', key: ['type', 'state_key'] },
};

export const updateProfile = command('test-update-profile', 'UPDATE profiles SET value = $3 WHERE usr = $1 AND field = $2');
export const deleteProfiles = command('test-delete-profiles', 'DELETE FROM profiles WHERE usr = $1');

export const userByNumber = point<{ user_id: string }>('test-user-by-number', 'SELECT user_id FROM user_ids WHERE number = $1');
export const userById = point<{ number: number }>('test-user-by-id', 'SELECT number FROM user_ids WHERE user_id = $1');
export const allUsers = scan<{ number: number }>('test-all-users', 'SELECT number FROM user_ids ORDER BY number');
export const profileOf = scan<{ field: string; value: string }>(
  'test-profile',
  'SELECT field, value FROM profiles WHERE usr = $1 ORDER BY field',
);
export const roomRevision = point<{ revision: number }>('test-room-revision', 'SELECT revision FROM rooms WHERE number = $1');
export const wholeStream = scan<{ position: number; subject: number }>(
  'test-stream',
  'SELECT position, subject FROM stream ORDER BY position',
);

export function user(number: number, userId = `@user${number}:example.org`): Statement {
  return { insert: insertUser, row: [number, userId] };
}

export function room(number: number, revision = 1): Statement {
  return { insert: insertRoom, row: [number, revision, 0, 1, 1, 0, 1, 0, 0, `!room${number}:example.org`, '11', '[]'] };
}

export function streamRow(subject: number): StreamRow {
  return { kind: 1, room: 1, usr: null, subject, detail: null };
}

export function write(parts: Partial<Write>): Write {
  return { claims: [], statements: [], stream: [], ...parts };
}
