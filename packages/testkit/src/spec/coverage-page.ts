import type { Evidence } from '../evidence/evidence.ts';
import { writtenEvidence } from '../evidence/evidence.ts';
import { coverageOf } from './coverage.ts';
import type { CoveredEndpoint, ServedRoute } from './coverage.ts';
import { specification } from './specification.ts';
import type { Specification } from './specification.ts';

type Section = { readonly title: string; readonly note: string; readonly endpoints: readonly CoveredEndpoint[] };

const NOTES: Readonly<Record<string, string>> = {
  'client-server': 'Spoken by clients.',
  'server-server': 'Spoken by other homeservers.',
  identity: 'Served by the identity service, which the homeserver can host.',
  'application-service': 'Calls that the homeserver makes to an application service.',
  'push-gateway': 'The call that the homeserver makes to a push gateway.',
};

/** Endpoints that other services serve and the homeserver only calls. */
function isCalled(endpoint: CoveredEndpoint): boolean {
  const elsewhere = endpoint.api === 'application-service' || endpoint.api === 'push-gateway';
  return elsewhere || endpoint.path.startsWith('/_matrix/policy/');
}

/**
 * The text of docs/coverage.md: every endpoint of the three lists with whether it is served. The same
 * routes always give the same text, so a test can compare it with the file.
 */
export function coveragePage(
  routes: Iterable<ServedRoute>,
  evidence: Evidence = writtenEvidence(),
  spec: Pick<Specification, 'apis' | 'endpoints'> = specification(),
): string {
  const coverage = coverageOf(spec, routes, evidence);
  const sections = [
    ...byApi('Matrix 1.19', coverage.current),
    ...byApi('Client-server API of December 2015', coverage.of2015),
    ...byApi('Asked for, but in no list of the specification', coverage.extra),
  ];
  return [
    '# Which endpoints are served',
    '',
    '*This page is made from the routes of a running server and from what the tests were answered the last time that all of them ran;',
    '`npm run docs` writes it anew.* “Shown” means that a test has seen a success whose body is as the specification’s schema says,',
    'each refusal whose status the specification names for the operation, and each error code that the route declares. “Served” means',
    'that the path answers; what no test has seen of it yet is listed beside it.',
    '',
    '| list | shown | served | of |',
    '|---|---:|---:|---:|',
    ...sections.map(summaryLine),
    '',
    ...sections.flatMap(sectionLines),
  ].join('\n');
}

function byApi(list: string, endpoints: readonly CoveredEndpoint[]): Section[] {
  const apis = [...new Set(endpoints.map((endpoint) => endpoint.api))];
  return apis.map((api) => ({
    title: `${list}: ${api}`,
    note: NOTES[api] ?? 'Used by operators.',
    endpoints: endpoints.filter((endpoint) => endpoint.api === api),
  }));
}

function summaryLine(section: Section): string {
  const ours = section.endpoints.filter((endpoint) => !isCalled(endpoint));
  const served = ours.filter((endpoint) => endpoint.served);
  const shown = served.filter((endpoint) => endpoint.notShown.length === 0);
  if (ours.length === 0) return `| ${section.title} | not ours | | |`;
  return `| ${section.title} | ${shown.length} | ${served.length} | ${ours.length} |`;
}

function sectionLines(section: Section): string[] {
  const groups = [...new Set(section.endpoints.map((endpoint) => endpoint.group))].sort();
  const lines = groups.flatMap((group) => section.endpoints.filter((endpoint) => endpoint.group === group).map(endpointLine));
  const head = '| group | operation | method and path | served |';
  return [`## ${section.title}`, '', section.note, '', head, '|---|---|---|---|', ...lines, ''];
}

function endpointLine(endpoint: CoveredEndpoint): string {
  const operation = (endpoint.operation ?? '') + (endpoint.deprecated === true ? ' (deprecated)' : '');
  return `| ${endpoint.group} | ${operation} | \`${endpoint.method} ${endpoint.path}\` | ${standing(endpoint)} |`;
}

function standing(endpoint: CoveredEndpoint): string {
  if (isCalled(endpoint)) return 'called';
  if (!endpoint.served) return 'no';
  return endpoint.notShown.length === 0 ? 'shown' : `served, not shown: ${endpoint.notShown.join(', ')}`;
}
