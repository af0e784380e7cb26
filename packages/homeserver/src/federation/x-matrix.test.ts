import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { formatXMatrix, parseXMatrix, signedRequestText } from './x-matrix.ts';
import { seededRandom } from '@hearth/kit/testing';
import { jsonObject, type ServerName } from '@hearth/protocol';

const sound = { origin: 'one.test:8448', destination: 'two.test', keyId: 'ed25519:a_1', signature: 'c2ln/+A' };

/** ME-07: headers that mean what the sound one means. */
const same = [
  'X-Matrix origin="one.test:8448",destination="two.test",key="ed25519:a_1",sig="c2ln/+A"',
  'x-matrix origin="one.test:8448",destination="two.test",key="ed25519:a_1",sig="c2ln/+A"',
  'X-Matrix  origin="one.test:8448" , destination="two.test"\t,key="ed25519:a_1",  sig="c2ln/+A"  ',
  'X-Matrix ORIGIN="one.test:8448",Destination=two.test,KEY=ed25519:a_1,sig="c2ln/+A"',
  'X-Matrix sig="c2ln/+A",key=ed25519:a_1,destination=two.test,origin=one.test:8448',
  'X-Matrix origin = "one.test:8448",destination = "two.test",key ="ed25519:a_1",sig= "c2ln/+A"',
  'X-Matrix origin="one.test:8448",,destination="two.test",,key="ed25519:a_1",sig="c2ln/+A",',
  'X-Matrix ,origin="one.test:8448",destination="two.test",key="ed25519:a_1",sig="c2ln/+A",later="a,b=\\"c\\""',
  'X-Matrix origin="one\\.test:8448",destination="two.test",key="ed25519:a_1",sig="c2ln/+A"',
];

/** And such as mean nothing. */
const wrong = [
  '',
  'X-Matrix',
  'X-Matrix ',
  'Bearer abc',
  'X-Matrix2 origin=a,key=ed25519:1,sig=x',
  'X-Matrixorigin="one.test",key="ed25519:1",sig="x"',
  'X-Matrix origin="one.test",key="ed25519:1"',
  'X-Matrix origin="one.test",sig="x"',
  'X-Matrix key="ed25519:1",sig="x"',
  'X-Matrix origin="one.test",origin="two.test",key="ed25519:1",sig="x"',
  'X-Matrix origin="one.test",Origin="one.test",key="ed25519:1",sig="x"',
  'X-Matrix origin="one.test,key="ed25519:1",sig="x"',
  'X-Matrix origin="one.test" key="ed25519:1",sig="x"',
  'X-Matrix origin="one.test";key="ed25519:1";sig="x"',
  'X-Matrix origin=one test,key="ed25519:1",sig="x"',
  "X-Matrix origin='one.test',key='ed25519:1',sig='x'",
  'X-Matrix origin="",key="ed25519:1",sig="x"',
  'X-Matrix origin="one_test",key="ed25519:1",sig="x"',
  'X-Matrix origin="one.test:port",key="ed25519:1",sig="x"',
  'X-Matrix origin=[::1],key="ed25519:1",sig="x"',
  'X-Matrix origin="one.test/",key="ed25519:1",sig="x"',
  'X-Matrix origin="one.test",destination="",key="ed25519:1",sig="x"',
  'X-Matrix origin="one.test",destination="two test",key="ed25519:1",sig="x"',
  'X-Matrix origin="one.test",key="ed25519",sig="x"',
  'X-Matrix origin="one.test",key="",sig="x"',
  'X-Matrix origin="one.test",key="ed25519:1",sig=x/y',
  'X-Matrix origin="one.test",key="ed25519:1",sig="x\\',
  'X-Matrix "one.test","ed25519:1","x"',
  'X-Matrix =one.test,key="ed25519:1",sig="x"',
  `X-Matrix origin="${'a'.repeat(231)}.test",key="ed25519:1",sig="${'x'.repeat(2048)}"`,
  `X-Matrix ${',a=b'.repeat(17)},origin="one.test",key="ed25519:1",sig="x"`,
];

test('the header is read in every form that HTTP gives it', () => {
  for (const header of same) assert.deepEqual(parseXMatrix(header), sound, header);
  assert.deepEqual(parseXMatrix('X-Matrix origin="[2001:db8::1]:1",key=ed25519:1,sig="s"')?.origin, '[2001:db8::1]:1');
  assert.equal(parseXMatrix('X-Matrix origin=one.test,key=ed25519:1,sig=s')?.destination, undefined);
});

test('a header that is not of the form, lacks a part or says one twice is none', () => {
  for (const header of wrong) assert.equal(parseXMatrix(header), undefined, header);
});

test('ME-07 of 2,000 headers with something changed none breaks the parser, and each that is read has sound parts', () => {
  const random = seededRandom(7);
  const signs = '",=\\ \t:;[]/x\u00e9';
  for (let round = 0; round < 2000; round += 1) {
    const characters = (same[random.integer(same.length)] ?? '').split('');
    for (let change = 0; change <= random.integer(3); change += 1) {
      const sign = signs[random.integer(signs.length)] ?? '';
      characters.splice(random.integer(characters.length), random.integer(3), ...(random.integer(2) === 0 ? [sign] : []));
    }
    const read = parseXMatrix(characters.join(''));
    if (read === undefined) continue;
    assert.match(read.origin, /^[A-Za-z0-9.:[\]-]+$/);
    assert.match(read.keyId, /^[a-z0-9_]+:/);
  }
});

test('what is written is read back', () => {
  const name = fc.constantFrom('one.test', '[::1]:8448', '1.2.3.4', 'a-b.example.org:1') as fc.Arbitrary<ServerName>;
  const keyId = fc.constantFrom('ed25519:a_b', 'ed25519:1');
  const parts = fc.record({ origin: name, destination: name, keyId, signature: fc.base64String() }, { noNullPrototype: true });
  fc.assert(fc.property(parts, (given) => assert.deepEqual(parseXMatrix(formatXMatrix(given)), given)));
});

test('what is signed is canonical, and without a body has no content', () => {
  const asked = { method: 'GET', uri: '/_matrix/x?a=%20', origin: 'one.test', destination: 'two.test' };
  assert.equal(
    signedRequestText({ ...asked, content: undefined }),
    '{"destination":"two.test","method":"GET","origin":"one.test","uri":"/_matrix/x?a=%20"}',
  );
  assert.equal(
    signedRequestText({ ...asked, content: jsonObject({ b: 1, a: 12345678901234567890n }) }),
    '{"content":{"a":12345678901234567890,"b":1},"destination":"two.test","method":"GET","origin":"one.test","uri":"/_matrix/x?a=%20"}',
  );
});
