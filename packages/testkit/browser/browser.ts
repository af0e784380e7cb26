import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type BrowserContext, chromium, type Page } from 'playwright-core';

import { readEnvironment } from '@hearth/kit';

export type Look = { readonly scheme: 'light' | 'dark'; readonly width: number };

/** Every way in which our pages are looked at: a desk and a pocket, by day and by night. */
export const looks: readonly Look[] = [
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 1280 },
  { scheme: 'light', width: 375 },
  { scheme: 'dark', width: 375 },
];

/** It runs as root in containers, shows nothing, and talks to nobody but the server under test. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type Visit = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about since the last call: script errors, violations of the content security policy, failed loads. */
  readonly complaints: () => string[];
  readonly close: () => Promise<void>;
};

/** A fresh browser profile that sees pages this way. */
export async function visit({ scheme, width }: Look = { scheme: 'light', width: 1280 }): Promise<Visit> {
  const profile = await mkdtemp(join(tmpdir(), 'hearth-browser-'));
  const executablePath = readEnvironment()['CHROMIUM'];
  assert.ok(executablePath !== undefined, 'CHROMIUM names no browser: run this with npm run test:browser');
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: flags,
    headless: true,
    colorScheme: scheme,
    viewport: { width, height: 800 },
  });
  const seen: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') seen.push(message.text());
  });
  context.on('weberror', (error) => seen.push(error.error().message));
  return {
    page: await context.newPage(),
    context,
    complaints: () => seen.splice(0),
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** The least contrast that WCAG 2.2 asks for text: https://www.w3.org/TR/WCAG22/#contrast-minimum */
const contrastMin = 4.5;

/** Fails unless all text stands out from its ground, nothing is wider than the window, and each input has a label and a good size. */
export async function assertReadable(page: Page, where: string): Promise<void> {
  const { texts, overflow, unlabelled, title, language } = await page.evaluate(measure);
  assert.ok(texts.length > 0, `${where} shows no text`);
  for (const { text, ratio } of texts) assert.ok(ratio >= contrastMin, `${where}: "${text}" has a contrast of ${ratio.toFixed(2)}`);
  assert.equal(overflow, 0, `${where} is ${overflow} pixels wider than the window`);
  assert.deepEqual(unlabelled, [], `${where}: inputs without a label`);
  assert.notEqual(title, '', `${where} has no title`);
  assert.equal(language, 'en', where);
}

type Measured = {
  readonly texts: readonly { readonly text: string; readonly ratio: number }[];
  readonly overflow: number;
  readonly unlabelled: readonly string[];
  readonly title: string;
  readonly language: string;
};

/** Runs in the page. */
function measure(): Measured {
  const channels = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = (colour: string): number => {
    const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element: Element): string => {
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((channels(colour)[3] ?? 1) > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = [...document.body.querySelectorAll('*')]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== ''))
    .filter((element) => !['SCRIPT', 'STYLE'].includes(element.tagName))
    .map((element) => {
      const [ink, ground] = [light(getComputedStyle(element).color), light(groundOf(element))];
      const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      return { text: (element.textContent ?? '').trim().slice(0, 40), ratio };
    });
  const inputs = [...document.querySelectorAll('input')].filter((input) => input.type !== 'hidden');
  return {
    texts,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    unlabelled: inputs.filter((input) => (input.labels?.length ?? 0) === 0).map((input) => input.name),
    title: document.title,
    language: document.documentElement.lang,
  };
}
