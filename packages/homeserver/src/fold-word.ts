/** Longest word that is told from others, in UTF-16 units. */
const wordLengthMax = 64;

/** Scripts whose letters people type with or without their marks. */
const marked = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;

/** A word as it is compared: without case, letters of Latin, Greek and Cyrillic without their marks. Its text is in NFKC already. */
export function foldWord(word: string): string {
  const lower = word.toLowerCase().normalize('NFC');
  const bare = marked.test(lower) ? lower.normalize('NFKD').replaceAll(/\p{Mn}/gu, '') : lower;
  return bare.slice(0, wordLengthMax).toWellFormed();
}
