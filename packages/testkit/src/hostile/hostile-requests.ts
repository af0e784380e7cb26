import { fieldsOf } from '../spec/body-fields.ts';
import { leastSample, sample } from '../spec/sample.ts';
import { viewOf } from '../spec/schema-view.ts';
import type { Definitions } from '../spec/schema-view.ts';
import type { Specification } from '../spec/specification.ts';
import type { Json, JsonObject, Schema } from '../spec/types.ts';
import { withValueAt } from '../spec/wrong-types.ts';
import { hostileBodies, hostileJson, hostileQueryTexts, hostileTexts, notUtf8 } from './values.ts';

/** A route as a running server lists it; the schemas are its own. */
export type RouteToTry = {
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  readonly query?: object;
  readonly body?: object;
  readonly bodyFormat?: 'json' | 'form';
};

/** Values that the server takes, by the names of path parameters, of query parameters and of fields at the top of a body. */
export type SoundValues = Readonly<Record<string, Json>>;

export type HostileRequest = {
  /** What is wrong with it, for whoever reads a failure. */
  readonly what: string;
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly target: string;
  readonly body?: Uint8Array;
};

/**
 * A route's requests with one thing wrong in each: every parameter of its path and query, and every field of its body, as the route
 * itself declares them and as the specification does, gets each hostile value, while all else is sound.
 */
export function* hostileRequests(route: RouteToTry, spec: Specification, sound: SoundValues): Generator<HostileRequest> {
  const body = bodyOf(route, spec, sound);
  const query = queryOf(route, spec);
  const always = [...query.required, ...(query.names.includes('timeout') ? ['timeout'] : [])];
  const base = new URLSearchParams(always.map((name) => [name, soundText(name, sound)]));
  const address = (path: string, more = ''): string => `${path}?${base.toString()}${more}`;
  const path = filled(route.path, (name) => encodeURIComponent(soundText(name, sound)));
  const send = (what: string, target: string, bytes = body?.least): HostileRequest => ({
    what,
    method: route.method,
    target,
    ...(bytes === undefined ? {} : { body: bytes }),
  });

  for (const wrong of parametersOf(route.path)) {
    for (const text of hostileTexts) {
      const target = filled(route.path, (name) => (name === wrong ? text : encodeURIComponent(soundText(name, sound))));
      yield send(`{${wrong}} is ${short(text)}`, address(target));
    }
  }
  for (const name of query.names) {
    for (const text of hostileQueryTexts) {
      // A long poll is no mistake, and takes as long as it was told to.
      if (name === 'timeout' && /^\d+$/.test(text)) continue;
      const others = new URLSearchParams(base);
      others.delete(name);
      yield send(`?${name}= is ${short(text)}`, `${path}?${others.toString()}&${name}=${text}`);
    }
    yield send(`?${name}= is given twice`, address(path, `&${name}=x&${name}=y`));
  }
  yield send('the query has keys of the language', address(path, '&__proto__=x&__proto__=y&constructor=x&toString=x&=x'));
  yield send('the query is no percent-encoded text', address(path, '&%ED%A0%80=%FF'));
  if (body === undefined) return;
  for (const bytes of [...hostileBodies, notUtf8, new Uint8Array()]) {
    yield send(`the body is ${short(new TextDecoder().decode(bytes))}`, address(path), bytes);
  }
  for (const [what, bytes] of body.wrong) yield send(what, address(path), bytes);
}

/** A route's requests with nothing wrong in them: with what they must have, and with all that `sound` has values for. */
export function soundRequests(route: RouteToTry, spec: Specification, sound: SoundValues): readonly HostileRequest[] {
  const query = queryOf(route, spec);
  const target = (names: readonly string[]): string => {
    const values = new URLSearchParams(names.map((name) => [name, soundText(name, sound)]));
    return `${filled(route.path, (name) => encodeURIComponent(soundText(name, sound)))}?${values.toString()}`;
  };
  const known = query.names.filter((name) => sound[name] !== undefined && name !== 'auth');
  const bodies = bodyOf(route, spec, sound);
  const requests = [
    { what: 'with what it must have', target: target(query.required), bytes: bodies?.least },
    { what: 'with all that is known', target: target([...new Set([...query.required, ...known])]), bytes: bodies?.known },
  ];
  return requests.map(({ what, target: address, bytes }) => ({
    what,
    method: route.method,
    target: address,
    ...(bytes === undefined ? {} : { body: bytes }),
  }));
}

type Bodies = { readonly least: Uint8Array; readonly known: Uint8Array; readonly wrong: Iterable<readonly [string, Uint8Array]> };

function bodyOf(route: RouteToTry, spec: Specification, sound: SoundValues): Bodies | undefined {
  if (route.body === undefined) return undefined;
  const own = { schema: route.body as Schema, definitions: {} };
  const specified = operationOf(spec, route)?.request?.schema;
  const shapes = specified === undefined ? [own] : [own, { schema: specified, definitions: spec.apis['client-server'].$defs }];
  const least = Object.assign({}, ...shapes.map(({ schema, definitions }) => soundBody(schema, definitions, sound))) as JsonObject;
  const names = shapes.flatMap(({ schema, definitions }) => [...viewOf(schema, definitions).properties.keys()]);
  const known = Object.fromEntries(names.filter((name) => sound[name] !== undefined).map((name) => [name, sound[name] as Json]));
  const form = route.bodyFormat === 'form' ? asForm : asJson;
  return {
    least: bytesOf(form.encode(least)),
    known: bytesOf(form.encode({ ...least, ...known })),
    wrong: wrongBodiesOf(shapes, least, form),
  };
}

type Shape = { readonly schema: Schema; readonly definitions: Definitions };

/** Stands where a hostile value goes, until the body is text: most of those values are no JavaScript value. */
const mark = 'HOSTILE-VALUE';

type Form = { readonly encode: (body: Json) => string; readonly mark: string; readonly values: readonly string[] };
const asJson: Form = { encode: (body) => JSON.stringify(body), mark: JSON.stringify(mark), values: hostileJson };
const asForm: Form = {
  encode: (body) => new URLSearchParams(Object.entries(body ?? {}).map(([name, value]) => [name, String(value)])).toString(),
  mark,
  values: hostileTexts,
};

function* wrongBodiesOf(shapes: readonly Shape[], least: Json, form: Form): Generator<readonly [string, Uint8Array]> {
  const seen = new Set<string>();
  for (const { schema, definitions } of shapes) {
    const full = sample(schema, definitions);
    for (const { path } of fieldsOf(schema, definitions)) {
      const pointer = `/${path.join('/')}`;
      if (seen.has(pointer)) continue;
      seen.add(pointer);
      const text = form.encode(withValueAt(least, full, path, mark));
      // Below the second level fields share the values among them: a filter alone has a hundred of them.
      const values = form.values.filter((_, index) => path.length <= 2 || (index + seen.size) % 3 === 0);
      for (const value of values) yield [`${pointer} is ${short(value)}`, bytesOf(text.replace(form.mark, () => value))];
    }
  }
}

/** What a body must have, with values that the server takes where they are known. */
function soundBody(schema: Schema, definitions: Definitions, sound: SoundValues): JsonObject {
  const least = leastSample(schema, definitions);
  if (typeof least !== 'object' || least === null || Array.isArray(least)) return {};
  const names = [...viewOf(schema, definitions).properties.keys()];
  const known = names.filter((name) => name in least || name === 'auth').filter((name) => sound[name] !== undefined);
  return { ...least, ...Object.fromEntries(known.map((name) => [name, sound[name] as Json])) };
}

function queryOf(route: RouteToTry, spec: Specification): { readonly names: readonly string[]; readonly required: readonly string[] } {
  const own = viewOf((route.query ?? {}) as Schema, {});
  const specified = operationOf(spec, route)?.queryParameters ?? [];
  const names = new Set([...own.properties.keys(), ...specified.map(({ name }) => name)]);
  const required = new Set([...own.required, ...specified.filter((each) => each.required).map(({ name }) => name)]);
  return { names: [...names], required: [...required] };
}

function operationOf(spec: Specification, { operation }: RouteToTry) {
  return spec.apis['client-server'].operations.find((each) => each.operationId === operation);
}

function soundText(name: string, sound: SoundValues): string {
  const value = sound[name];
  return typeof value === 'string' ? value : name === 'timeout' ? '0' : 'x';
}

function parametersOf(template: string): readonly string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

function filled(template: string, value: (name: string) => string): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => value(name));
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function short(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 30)}… (${text.length} characters)`;
}
