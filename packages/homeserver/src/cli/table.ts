/** Rows in columns for a terminal: as wide as needed, no final spaces. The first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** `2026-08-05 14:03`, in UTC: it can be sorted and compared with the log. */
export function shortTime(ts: number | null): string {
  return ts === null ? '' : new Date(ts).toISOString().slice(0, 16).replace('T', ' ');
}
