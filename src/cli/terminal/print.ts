import { escapeControls } from '../../core/text/escape.ts';

/** How data is printed. */
export type Format = 'table' | 'json' | 'yaml';

let yaml: typeof import('yaml') | null = null;

/** Loads what printing in a format needs; to be awaited once before `render`. */
export async function readyToPrint(format: Format): Promise<void> {
  if (format === 'yaml') yaml ??= await import('yaml');
}

/** Prints data for programs, or calls `table` for people. */
export function render(data: unknown, format: Format, table: () => string): string {
  if (format === 'table') return table();
  if (format === 'json') return `${escapeControls(JSON.stringify(data, null, 2))}\n`;
  if (yaml === null) throw new Error('readyToPrint was not awaited');
  return escapeControls(yaml.stringify(data));
}
