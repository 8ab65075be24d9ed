import { visible } from '../../core/text/visible.ts';
import { cutEnd, widthOf } from './text.ts';

/** One column of a table for people. */
export interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  /** Where the window is too narrow, columns are left out, the largest number first; 0 always stays. */
  readonly rank: number;
  /** May become as narrow as this before anything is left out. */
  readonly least?: number;
  /** How a cell is made to fit; its end is cut off by default. */
  readonly fit?: (cell: string, width: number) => string;
  readonly paint?: (cell: string, row: number) => string;
}

/** Lines of a table, the heads first, none wider than `width`; null is a file or pipe, where nothing is left out. */
export function tableLines(given: readonly Column[], width: number | null): readonly string[] {
  const columns = fitting(given.map(measured), width);
  const count = Math.max(0, ...given.map((c) => c.cells.length));
  const lines = [columns.map(({ column, width: w }) => pad(cutEnd(column.head, w), w))];
  for (let row = 0; row < count; row++) {
    lines.push(
      columns.map(({ column, cells, width: w }) => {
        const cell = (column.fit ?? cutEnd)(cells[row] ?? '', w);
        return `${column.paint?.(cell, row) ?? cell}${' '.repeat(Math.max(0, w - widthOf(cell)))}`;
      }),
    );
  }
  return lines.map((cells) => cells.join(gap).trimEnd());
}

interface Measured {
  readonly column: Column;
  readonly cells: readonly string[];
  readonly width: number;
}

const gap = '  ';

function measured(column: Column): Measured {
  const cells = column.cells.map(visible);
  return { column, cells, width: Math.max(widthOf(column.head), ...cells.map(widthOf)) };
}

/** Shrinks what may shrink, else leaves out one column and tries again. */
function fitting(columns: readonly Measured[], width: number | null): readonly Measured[] {
  if (width === null) return columns;
  const excess = columns.reduce((sum, c) => sum + c.width, gap.length * (columns.length - 1)) - width;
  if (excess <= 0) return columns;
  const elastic = columns.find((c) => c.column.least !== undefined && c.width - excess >= c.column.least);
  if (elastic !== undefined)
    return columns.map((c) => (c === elastic ? { ...c, width: c.width - excess } : c));
  const last = columns.reduce((a, b) => (b.column.rank > a.column.rank ? b : a));
  if (last.column.rank === 0) return columns;
  return fitting(
    columns.filter((c) => c !== last),
    width,
  );
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}
