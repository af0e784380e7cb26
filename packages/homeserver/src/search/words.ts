import { foldWord } from '../fold-word.ts';

/** Longest word that is told from others, in characters. */
const wordCharsMax = 64;

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });
/** A text without any of these needs no dictionary. */
const beyondAscii = /[^\p{ASCII}]/u;

/**
 * The words of a text, as they are compared: without case and width, letters of Latin, Greek and Cyrillic without their marks. Chinese,
 * Japanese, Thai and others that are written without spaces are cut by dictionary. In their order, repetitions included.
 */
export function* wordsOf(text: string): Generator<string> {
  if (!beyondAscii.test(text)) {
    for (const [word] of text.toLowerCase().matchAll(/[a-z0-9_]+/g)) yield word.slice(0, wordCharsMax);
    return;
  }
  for (const { segment, isWordLike } of segmenter.segment(text.normalize('NFKC'))) {
    if (isWordLike !== true) continue;
    for (const [word] of segment.matchAll(/[\p{L}\p{N}\p{M}_]+/gu)) yield foldWord(word);
  }
}

/** Where a word may stand in an event. */
export const fields = { body: 'b', name: 'n', topic: 't' } as const;
export type Field = keyof typeof fields;

/**
 * A word of a field as the databases index it: lower-case letters and digits only, whatever the script, so that neither of them cuts it
 * again in its own way.
 */
export function termOf(field: Field, word: string): string {
  return /^[a-z0-9]+$/.test(word) ? `${fields[field]}a${word}` : `${fields[field]}u${Buffer.from(word).toString('hex')}`;
}

/** Finds events of a room. */
export function roomTerm(room: number): string {
  return `r${room}`;
}
