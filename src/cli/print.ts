import { stringify } from 'yaml';

/** How data is printed. */
export type Format = 'table' | 'json' | 'yaml';

/** Prints data for programs, or calls `table` for people. */
export function render(data: unknown, format: Format, table: () => string): string {
  if (format === 'json') return `${JSON.stringify(data, null, 2)}\n`;
  if (format === 'yaml') return stringify(data);
  return table();
}

/** Columns as wide as their longest cell; control characters, which names of entries may hold, are made visible. */
export function columns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) => row.map(visible));
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  return `${all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`;
}

/** Text that may have come from anybody, fit for a terminal. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
