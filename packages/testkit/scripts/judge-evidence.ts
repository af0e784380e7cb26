/**
 * Looks at what a run of all tests was answered: nothing that was shown before may have got lost, and no route may answer with
 * an error code that it does not declare. `node … judge-evidence.ts FOLDER [--write]`; `--write` keeps it as the new evidence.
 */
import { writeFileSync } from 'node:fs';

import { evidenceFile, evidenceText, lostEvidence, recordedEvidence, undeclaredErrors, writtenEvidence } from '../src/evidence/evidence.ts';
import { startHearth } from '../src/hearth.ts';
import { errorsOfEveryRoute } from '@hearth/homeserver/testing';

const [folder = '', write] = process.argv.slice(2);

const hearth = await startHearth();
const routes = hearth.server.routeList();
await hearth.stop();

const evidence = recordedEvidence(folder, routes);
const problems = [
  ...undeclaredErrors(evidence, routes, errorsOfEveryRoute).map((each) => `a code that the route does not declare: ${each}`),
  ...(write === '--write' ? [] : lostEvidence(writtenEvidence(), evidence).map((each) => `no test sees this any more: ${each}`)),
];
for (const problem of problems) console.log(problem);
if (write === '--write') writeFileSync(evidenceFile, evidenceText(evidence));
process.exitCode = problems.length === 0 ? 0 : 1;
