export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Rows in columns that stand under each other. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows.reduce<readonly number[]>((max, row) => row.map((cell, at) => Math.max(max[at] ?? 0, cell.length)), []);
  for (const row of rows) say(row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  '));
}
