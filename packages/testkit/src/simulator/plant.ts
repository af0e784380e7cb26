import { registerHooks } from 'node:module';

import { sabotages } from './sabotage.ts';

/** From now on one source file is loaded with a bug in it. Must come before anything imports that file. */
export function plant(name: string): void {
  const sabotage = sabotages[name];
  if (!sabotage) throw new Error(`there is no sabotage ${name}: ${Object.keys(sabotages).join(', ')}`);
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(sabotage.file)) return loaded;
      const source = Buffer.from(loaded.source as Uint8Array).toString();
      if (source.split(sabotage.find).length !== 2) throw new Error(`${sabotage.file} has no such place any more: ${sabotage.find}`);
      return { ...loaded, source: source.replace(sabotage.find, () => sabotage.replace) };
    },
  });
}
