import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Process } from './process.ts';
import type { World } from './world.ts';
import { graphEventsMax, readRoomGraph, roomGraphSvg } from '@hearth/homeserver/testing';

/** Writes each room as each server that runs sees it: `<server>-room<number>.svg`, as `hearth room graph --svg` draws it. */
export async function writeGraphs(directory: string, world: World, processes: readonly Process[]): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true });
  const files: string[] = [];
  for (const [index, { roomId }] of world.rooms.entries()) {
    for (const { domain, engine, reader } of processes) {
      if ((await engine.room(roomId)) === undefined) continue;
      const file = join(directory, `${domain}-room${index + 1}.svg`);
      await writeFile(file, roomGraphSvg(await readRoomGraph(engine, reader, { roomId, limit: graphEventsMax })));
      files.push(file);
    }
  }
  return files;
}
