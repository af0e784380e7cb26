import assert from 'node:assert/strict';
import { test } from 'node:test';

import { html, trustedHtml } from './html.ts';

test('what is put into a page is escaped, in text and in attributes', () => {
  const evil = `<script>alert("1")</script>' onload='x' \`&`;
  const page = html`<p title="${evil}">${evil}</p>`.toString();
  assert.equal(page.replaceAll(/^<p title="|">|<\/p>$/g, '').match(/[<>"'`]/), null);
  assert.match(page, /&#60;script&#62;/);
});

test('pieces and lists of pieces nest; nothing gives nothing', () => {
  const items = ['a', '<b>'].map((item) => html`<i>${item}</i>`);
  assert.equal(html`${items}${false}${null}${undefined}${0}`.toString(), '<i>a</i><i>&#60;b&#62;</i>0');
  assert.equal(html`${trustedHtml('<hr>')}`.toString(), '<hr>');
});
