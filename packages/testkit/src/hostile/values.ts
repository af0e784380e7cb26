/*
 * What strangers put where a server expects something sensible. Always the same values in the same order.
 */

const huge = 'x'.repeat(70_000);
const deep = `${'['.repeat(90)}${']'.repeat(90)}`;

/** Texts in JSON, escapes and all. */
export const hostileStrings: readonly string[] = [
  '""',
  '"text"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\uffff"',
  '"😀"',
  '"__proto__"',
  '"constructor"',
  '"@__proto__:hearth.test"',
  '"!constructor:hearth.test"',
  '"#x:hearth.test"',
  '"$x"',
  `"${huge}"`,
];

/** One of each JSON type, numbers at the edges, and objects whose keys mean something to the language. */
export const hostileJson: readonly string[] = [
  ...hostileStrings,
  'null',
  'true',
  '7',
  '-1',
  '1.5',
  '9007199254740991',
  '9007199254740993',
  '1e400',
  '[]',
  '["text"]',
  '[null]',
  deep,
  '{}',
  '{"key":"text"}',
  '{"__proto__":{"admin":true},"constructor":{"prototype":null},"toString":1,"then":1,"hasOwnProperty":1}',
  '{"a\\u0000b":"a\\u0000b","\\ud800":1}',
  `{"${huge}":1}`,
];

/** Whole bodies that are no JSON, or none that a server should take. */
export const hostileBodies: readonly Uint8Array[] = [
  '{',
  '}',
  '{"a":}',
  '{"a":1,}',
  "{'a':1}",
  'NaN',
  '{"a":NaN}',
  '{"a":01}',
  '{"a":+1}',
  '{"a":1}{"a":1}',
  '{"a":1,"a":2}',
  '\uFEFF{}',
  '[]',
  'null',
  '7',
  '"text"',
  '   ',
  'a=b',
  `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
  `{"a":"${'x'.repeat(1_100_000)}"}`,
].map((text) => new TextEncoder().encode(text));

/** `{"a":"` and a byte that is no UTF-8. */
export const notUtf8 = Uint8Array.of(0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d);

/** Texts as they stand in an address, percent-encoded where they must be and where they must not. */
export const hostileTexts: readonly string[] = [
  'x',
  '%00',
  'a%00b',
  '%FF',
  '%ED%A0%80',
  '%EF%BF%BF',
  '%F0%9F%98%80',
  '%',
  '%2F',
  '%20',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  '1.5',
  '9007199254740991',
  '99999999999999999999',
  '!x:hearth.test',
  '!__proto__:hearth.test',
  '%24x',
  '%40x%3Ahearth.test',
  '%40__proto__%3Ahearth.test',
  '%23x%3Ahearth.test',
  'x'.repeat(300),
  'x'.repeat(5_000),
];

/** The same for a query, where more has a form of its own. */
export const hostileQueryTexts: readonly string[] = [
  ...hostileTexts,
  '',
  'true',
  'null',
  '%7B',
  '%5B%5D',
  '%7B%22__proto__%22%3A%7B%22a%22%3A1%7D%7D',
  's00000000_9007199254740991_a_9007199254740991',
  't9007199254740991_9007199254740991',
  't0_0',
];
