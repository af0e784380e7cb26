/** Text that somebody else chose, without what could move the cursor, colour the terminal, or break a file of XML. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '·');
}
