import type { Family } from './metrics-text.ts';
import type { Report } from './report.ts';

/** So many pairs of platform and cause have a series of their own, those met most; the others share one. */
const mostPairs = 6;

/** What the last resort told; nothing where there is none. */
export function unservedFamilies({ unserved }: Report): Family[] {
  if (unserved === undefined) return [];
  const rows = unserved.counts
    .toSorted((a, b) => b.count - a.count)
    .map(({ platform, cause, count }) => ({
      labels: { platform: platform || 'unknown', cause },
      value: count,
    }));
  const rest = rows.slice(mostPairs);
  const other =
    rest.length === 0
      ? []
      : [
          {
            labels: { platform: 'other', cause: 'other' },
            value: rest.reduce((sum, one) => sum + one.value, 0),
          },
        ];
  const help = 'Programs that nobody served, by platform and cause; only with lastResort.';
  return [
    {
      name: 'binfmt_keeper_unserved_programs',
      type: 'counter',
      help,
      samples: [...rows.slice(0, mostPairs), ...other],
    },
  ];
}
