/** `node --import …/with-mutant.ts?file=URL&start=N&end=N&text=T`: the program runs with that part of that file replaced. */
import { enableCompileCache } from 'node:module';

import { changeOnLoad } from '../change-on-load.ts';

// Every process loads the same files but one.
enableCompileCache();

const asked = new URL(import.meta.url).searchParams;
const [start, end] = [Number(asked.get('start')), Number(asked.get('end'))];

changeOnLoad(asked.get('file') ?? '', (source) => source.slice(0, start) + (asked.get('text') ?? '') + source.slice(end));
