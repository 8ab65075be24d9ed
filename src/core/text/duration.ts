const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** What a duration looks like, for JSON Schema and editors. */
export const durationPattern = '^(?=.)(\\d+d)?(\\d+h)?(\\d+m(?!s))?(\\d+s)?(\\d+ms)?$';

const shape = new RegExp(durationPattern);

/**
 * Milliseconds of `30s`, `5m` or `1h30m` (whole numbers with ms, s, m, h, d, the larger unit first), so that no
 * setting is a bare number of unknown unit. undefined where it is none, or too long to be exact.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 50) return undefined;
  const numbers = shape.exec(text)?.slice(1);
  if (numbers === undefined) return undefined;
  const total = units.reduce((sum, [, ms], i) => sum + Number.parseInt(numbers[i] ?? '0', 10) * ms, 0);
  return Number.isSafeInteger(total) ? total : undefined;
}

/** The shortest text that `parseDuration` reads back as `ms`, a whole number of milliseconds, 0 or more. */
export function formatDuration(ms: number): string {
  let left = ms;
  let text = '';
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text || '0s';
}

/** A length of time, milliseconds, with the digits that matter. */
export function lasted(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? Number(ms.toPrecision(2)) : Math.round(ms)} ms`;
  if (ms < 120_000) return `${Number((ms / 1000).toPrecision(3))} s`;
  if (ms < 7_200_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`;
}
