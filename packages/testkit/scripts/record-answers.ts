/**
 * `node --import …/record-answers.ts?folder=FOLDER`: notes what the tests of this process were answered, each kind of answer
 * once, in a file of its own in that folder.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { answerChannel } from '../src/evidence/answer-channel.ts';
import type { CheckedAnswer } from '../src/evidence/answer-channel.ts';
import { endpointIndex } from '../src/evidence/endpoint-index.ts';
import { specification } from '../src/spec/specification.ts';

const folder = new URL(import.meta.url).searchParams.get('folder') ?? fileURLToPath(new URL('.', import.meta.url));
const { current, of2015, extra } = specification().endpoints;
const endpointOf = endpointIndex([...current, ...of2015, ...extra]);
const seen = new Set<string>();

answerChannel.subscribe((message) => {
  const { method, path, status, errcode } = message as CheckedAnswer;
  const bare = path.split('?')[0] ?? '';
  seen.add([method, endpointOf(method, bare)?.path ?? bare, status, errcode ?? ''].join('\t'));
});

process.on('exit', () => {
  if (seen.size > 0) appendFileSync(join(folder, `${process.pid}.tsv`), `${[...seen].join('\n')}\n`);
});
