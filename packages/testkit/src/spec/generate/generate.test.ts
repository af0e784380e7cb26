import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ApiDocument, EventDocument } from '../types.ts';
import { generateSpecification } from './generate.ts';
import type { SourceFolder } from './generate.ts';

const LIST = 'api\tmethod\tpath\toperation\tauth\trate\tstatus\tfile';
const PING = 'client-server\tPOST\t/_matrix/client/v3/ping/{pingId}\tping\ttoken\trate-limited\tdeprecated\tping.yaml';

const PING_API = `
servers:
  - url: "{protocol}://{hostname}{basePath}"
    variables:
      basePath:
        default: /_matrix/client/v3
paths:
  "/ping/{pingId} ":
    post:
      operationId: ping
      summary: Prose.
      parameters:
        - $ref: '#/components/parameters/pingId'
        - { in: query, name: loud, schema: { type: boolean, description: Prose. } }
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              properties:
                description: { type: string, description: Prose., x-added: "1.1" }
                who: { allOf: [{ $ref: definitions/who.yaml }], description: Prose. }
              example: { description: Prose. }
      responses:
        "200":
          description: Prose.
          content:
            application/json:
              schema: { $ref: definitions/who.yaml }
components:
  parameters:
    pingId: { in: path, name: pingId, required: true, schema: { type: string } }
`;

const SOURCES: Record<string, string> = {
  'endpoints-v1.19.tsv': `${LIST}\n${PING}\n`,
  'endpoints-2015.tsv': 'method\tpath\tfile\nGET\t//users/{userId}\tapplication_service.yaml\nGET\t/a\tb.yaml\nGET\t/a\tc.yaml\n',
  'endpoints-extra.tsv': 'method\tpath\tauth\tsource\tseen as\nGET\t/_synapse/admin/v1/register\tnone\tsecret\tPOST too; prose\n',
  'api/client-server/ping.yaml': PING_API,
  'api/client-server/definitions/who.yaml': `
title: Prose
type: object
properties:
  knows: { type: array, items: { $ref: who.yaml } }
  name: { $ref: "deeper/name.yaml#/components/schemas/Name" }
`,
  'api/client-server/definitions/deeper/name.yaml': 'components: { schemas: { Name: { type: string, minLength: 1 } } }',
  'event-schemas/schema/core-event-schema/state_event.yaml':
    'type: object\nproperties: { content: { type: object }, type: { type: string }, state_key: { type: string } }',
  'event-schemas/schema/m.ping$loud.yaml': `
allOf: [{ $ref: core-event-schema/state_event.yaml }]
properties:
  content: { type: object, description: Prose., properties: { loud: { type: boolean } } }
  state_key: { type: string, pattern: "^$" }
  type: { type: string, enum: [m.ping] }
`,
  'event-schemas/schema/m.unnamed.yaml': 'allOf: [{ $ref: core-event-schema/state_event.yaml }]',
  'event-schemas/schema/mixin.yaml': 'type: object\nproperties: { via: { type: string } }',
};

function folderOf(changes: Record<string, string> = {}): SourceFolder {
  const files: Record<string, string> = { ...SOURCES, ...changes };
  return {
    read: (path) => files[path] ?? assert.fail(`${path} was not expected to be read`),
    list: (folder) =>
      Object.keys(files)
        .filter((path) => path.slice(0, path.lastIndexOf('/')) === folder)
        .map((path) => path.slice(folder.length + 1))
        .reverse(),
  };
}

function generated<T>(name: string, changes?: Record<string, string>): T {
  return JSON.parse(generateSpecification(folderOf(changes)).get(name) ?? '') as T;
}

test('an operation keeps its parameters, bodies and what the list says about it', () => {
  const [operation] = generated<ApiDocument>('client-server.json').operations;
  assert.deepEqual(operation, {
    api: 'client-server',
    operationId: 'ping',
    method: 'POST',
    path: '/_matrix/client/v3/ping/{pingId}',
    auth: 'token',
    rateLimited: true,
    deprecated: true,
    pathParameters: [{ name: 'pingId', required: true, schema: { type: 'string' } }],
    queryParameters: [{ name: 'loud', required: false, schema: { type: 'boolean' } }],
    request: {
      required: true,
      contentTypes: ['application/json'],
      schema: {
        type: 'object',
        properties: { description: { type: 'string' }, who: { $ref: '#/$defs/client-server.who' } },
      },
    },
    responses: { '200': { contentTypes: ['application/json'], schema: { $ref: '#/$defs/client-server.who' } } },
  });
});

test('a schema in a file of its own is written once, also when it contains itself', () => {
  assert.deepEqual(generated<ApiDocument>('client-server.json').$defs, {
    'client-server.deeper.name.Name': { type: 'string', minLength: 1 },
    'client-server.who': {
      type: 'object',
      properties: {
        knows: { type: 'array', items: { $ref: '#/$defs/client-server.who' } },
        name: { $ref: '#/$defs/client-server.deeper.name.Name' },
      },
    },
  });
});

test('events have the content of all their layers, and mixins are no events', () => {
  assert.deepEqual(generated<EventDocument>('events.json').events, [
    {
      type: 'm.ping',
      variant: 'loud',
      kind: 'state',
      content: { type: 'object', properties: { loud: { type: 'boolean' } } },
      stateKey: { type: 'string', pattern: '^$' },
    },
    { type: 'm.unnamed', kind: 'state', content: { type: 'object' }, stateKey: { type: 'string' } },
  ]);
});

test('the three lists become data without their remarks', () => {
  const lists = generated<Record<string, { method: string; api: string; path: string }[]>>('endpoints.json');
  assert.deepEqual(
    Object.values(lists).flatMap((list) => list.map(({ api, method, path }) => `${api} ${method} ${path}`)),
    [
      'client-server POST /_matrix/client/v3/ping/{pingId}',
      'admin GET /_synapse/admin/v1/register',
      'admin POST /_synapse/admin/v1/register',
      'application-service GET /users/{userId}',
      'client-server GET /a',
    ],
  );
});

test('no prose is left in any file', () => {
  for (const [name, text] of generateSpecification(folderOf())) assert.doesNotMatch(text, /prose/i, name);
});

test('the text does not depend on the order of files or of keys', () => {
  const folder = folderOf();
  const sorted = { ...folder, list: (path: string) => [...folder.list(path)].sort() };
  assert.deepEqual(generateSpecification(sorted), generateSpecification(folder));
  const who =
    'properties: { name: { $ref: "deeper/name.yaml#/components/schemas/Name" }, knows: { items: { $ref: who.yaml }, type: array } }\ntype: object\n';
  const turned = folderOf({ 'api/client-server/definitions/who.yaml': who });
  assert.deepEqual(generateSpecification(turned), generateSpecification(folder));
});

test('a keyword that nobody has decided about stops the generator', () => {
  const changes = { 'api/client-server/definitions/who.yaml': 'type: object\ndependentRequired: {}' };
  assert.throws(() => generateSpecification(folderOf(changes)), /who\.yaml#\/dependentRequired/);
});

test('operations and list must be the same', () => {
  assert.throws(() => generateSpecification(folderOf({ 'endpoints-v1.19.tsv': LIST })), /not in the endpoint list/);
  const more = `${LIST}\n${PING}\n${PING.replace('\tping\t', '\tpong\t')}\n`;
  assert.throws(() => generateSpecification(folderOf({ 'endpoints-v1.19.tsv': more })), /the list has 2/);
});
