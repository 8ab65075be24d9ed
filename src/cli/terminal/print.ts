import { stringify } from 'yaml';
import { escapeControls } from '../../core/text/escape.ts';

/** How data is printed. */
export type Format = 'table' | 'json' | 'yaml';

/** Prints data for programs, or calls `table` for people. */
export function render(data: unknown, format: Format, table: () => string): string {
  if (format === 'json') return `${escapeControls(JSON.stringify(data, null, 2))}\n`;
  if (format === 'yaml') return escapeControls(stringify(data));
  return table();
}
