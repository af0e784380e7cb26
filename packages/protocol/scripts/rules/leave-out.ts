/**
 * `node --import …/leave-out.ts?rule=ID`: the program runs as if no room version had the rule of this id. The numbers
 * of its neighbours stay.
 */
import { changeOnLoad } from '../change-on-load.ts';

const rule = new URL(import.meta.url).searchParams.get('rule') ?? '';
const numbering = 'ofVersion.map((rule, index) =>';

changeOnLoad(new URL('../../src/auth/rule-list.ts', import.meta.url).href, (source) =>
  source.replace(numbering, `ofVersion.flatMap((rule, index) => rule.id === ${JSON.stringify(rule)} ? [] :`),
);
