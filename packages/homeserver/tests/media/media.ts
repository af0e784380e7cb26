import { after, before, describe, test } from 'node:test';

import { newPostgresDatabase, NoCluster, type TestDatabase } from '@hearth/storage/testing';
import { type Answer, type RequestOptions, type Session, startHearth, type TestHearth } from '@hearth/testkit';

export type MediaPlace = { readonly hearth: TestHearth; readonly alice: Session; readonly bob: Session };

type It = (name: string, run: (place: MediaPlace) => Promise<void>) => void;

/** The same tests on a server on SQLite and on one on PostgreSQL, with these settings beside the usual ones. */
export function onEachDatabase(title: string, env: Readonly<Record<string, string>>, define: (it: It) => void): void {
  for (const engine of ['sqlite', 'postgres'] as const) {
    void describe(`${title}, on ${engine}`, () => {
      let database: TestDatabase | undefined;
      let place: MediaPlace | undefined;
      before(async () => {
        try {
          database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
        } catch (error) {
          if (!(error instanceof NoCluster)) throw error;
          return;
        }
        const hearth = await startHearth({ env: { ...env, ...(database === undefined ? {} : { HEARTH_DATABASE: database.url }) } });
        const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => hearth.client.register(name, 'correct horse battery')));
        place = { hearth, alice, bob } as MediaPlace;
      });
      after(async () => {
        await place?.hearth.stop();
        await database?.remove();
      });
      define((name, run) => {
        void test(name, async (t) => {
          if (place) await run(place);
          else t.skip('there is no PostgreSQL');
        });
      });
    });
  }
}

type UploadOptions = { readonly type?: string; readonly filename?: string };

export function upload(client: Session, bytes: Uint8Array, { type, filename }: UploadOptions = {}): Promise<Answer> {
  const headers = type === undefined ? {} : { 'content-type': type };
  return client.request('POST', '/_matrix/media/v3/upload', { body: bytes, headers, query: { filename } });
}

/** Uploads and answers `server/mediaId`. */
export async function uploaded(client: Session, bytes: Uint8Array, options?: UploadOptions): Promise<string> {
  const { body } = await upload(client, bytes, options);
  return (body.content_uri as string).slice('mxc://'.length);
}

export function download(client: Session, media: string, options?: RequestOptions): Promise<Answer> {
  return client.request('GET', `/_matrix/client/v1/media/download/${media}`, options);
}

export function thumbnail(client: Session, media: string, query: RequestOptions['query']): Promise<Answer> {
  return client.request('GET', `/_matrix/client/v1/media/thumbnail/${media}`, query === undefined ? {} : { query });
}
