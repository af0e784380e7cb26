/** `node --import …/with-mutant.ts?file=URL&start=N&end=N&text=T`: the program runs with that part of that file replaced. */
import { changeOnLoad } from '../change-on-load.ts';

const asked = new URL(import.meta.url).searchParams;
const [start, end] = [Number(asked.get('start')), Number(asked.get('end'))];

changeOnLoad(asked.get('file') ?? '', (source) => source.slice(0, start) + (asked.get('text') ?? '') + source.slice(end));
