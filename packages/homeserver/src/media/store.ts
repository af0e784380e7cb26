import { command, type Insert, point, type Reader, type Statement } from '@hearth/storage';

/** Media ids that a user may hold without having uploaded anything to them. */
export const pendingMax = 25;

export type MediaRow = {
  readonly media_id: string;
  readonly owner: number;
  readonly created_ts: number;
  readonly expires_ts: number | null;
  readonly hash: string | null;
  readonly bytes: number | null;
  readonly content_type: string | null;
  readonly file_name: string | null;
};
export type Upload = { readonly hash: string; readonly bytes: number; readonly contentType: string; readonly fileName: string | undefined };
export type Usage = { readonly files: number; readonly bytes: number };

const mediaRow = point<MediaRow>(
  'media-by-id',
  'SELECT media_id, owner, created_ts, expires_ts, hash, bytes, content_type, file_name FROM media WHERE media_id = $1',
);
const usageRow = point<Usage>('media-usage', 'SELECT files, bytes FROM media_usage WHERE owner = $1');

const insertMedia: Insert = {
  name: 'media-insert',
  table: 'media',
  columns: [
    { name: 'media_id', type: 'text' },
    { name: 'owner', type: 'integer' },
    { name: 'created_ts', type: 'integer' },
    { name: 'hash', type: 'text' },
    { name: 'bytes', type: 'integer' },
    { name: 'content_type', type: 'text' },
    { name: 'file_name', type: 'text' },
  ],
  onConflict: { do: 'fail' },
};
const insertPending = command(
  'media-insert-pending',
  `INSERT INTO media (media_id, owner, created_ts, expires_ts) SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT)
   WHERE (SELECT COUNT(*) FROM media WHERE owner = $2 AND hash IS NULL AND expires_ts > $3) < ${pendingMax}`,
);
const fillPending = command(
  'media-fill-pending',
  `UPDATE media SET expires_ts = NULL, hash = $3, bytes = $4, content_type = $5, file_name = $6
   WHERE media_id = $1 AND owner = $2 AND hash IS NULL`,
);
const deleteExpired = command('media-delete-expired', 'DELETE FROM media WHERE owner = $1 AND hash IS NULL AND expires_ts <= $2');
const addUsage = command(
  'media-add-usage',
  `INSERT INTO media_usage (owner, files, bytes) VALUES ($1, 1, $2)
   ON CONFLICT (owner) DO UPDATE SET files = media_usage.files + 1, bytes = media_usage.bytes + excluded.bytes
   WHERE media_usage.bytes + excluded.bytes <= $3`,
);

export function readMedia(reader: Reader, mediaId: string): Promise<MediaRow | undefined> {
  return reader.first(mediaRow, [mediaId]);
}

/** How much a user has uploaded; with 0, how much all have. */
export async function readUsage(reader: Reader, owner: number): Promise<Usage> {
  return (await reader.first(usageRow, [owner])) ?? { files: 0, bytes: 0 };
}

export function mediaInsertion(mediaId: string, owner: number, now: number, upload: Upload): Statement {
  const { hash, bytes, contentType, fileName } = upload;
  return { insert: insertMedia, row: [mediaId, owner, now, hash, bytes, contentType, fileName ?? null] };
}

/** Its guard fails when the owner holds too many already; those that have expired go. */
export function pendingInsertion(mediaId: string, owner: number, now: number, expiresTs: number): readonly Statement[] {
  return [
    { run: deleteExpired, params: [owner, now] },
    { run: insertPending, params: [mediaId, owner, now, expiresTs], mustChange: 1 },
  ];
}

/** Its guard fails when something has been uploaded there meanwhile. */
export function pendingFilling(mediaId: string, owner: number, { hash, bytes, contentType, fileName }: Upload): Statement {
  return { run: fillPending, params: [mediaId, owner, hash, bytes, contentType, fileName ?? null], mustChange: 1 };
}

/** Its guard fails beyond the quota. */
export function usageAddition(owner: number, bytes: number, quota: number): Statement {
  return { run: addUsage, params: [owner, bytes, quota], mustChange: 1 };
}
