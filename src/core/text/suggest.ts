/**
 * The word that was probably meant, so that a typo costs one look at the message: by edit distance (insert, delete,
 * replace, swap of neighbours), letter case ignored; undefined where nothing is near enough.
 */
export function nearest(word: string, words: readonly string[]): string | undefined {
  // Nobody mistypes a word this long; without the limit a hostile one would cost its length squared.
  if (word.length > 100) return undefined;
  const wanted = word.toLowerCase();
  const most = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of words) {
    if (Math.abs(candidate.length - word.length) > Math.min(most, least)) continue;
    const d = distance(wanted, candidate.toLowerCase());
    const edits = Math.round(d);
    if (d < least && edits <= most && edits < Math.max(word.length, candidate.length)) {
      best = candidate;
      least = d;
    }
  }
  return best;
}

/** Of equally many edits, fingers make swaps most easily and other letters least: `amr64` was `arm64`, not `amd64`. */
const swapped = 0.999;
const replaced = 1.001;

/** Optimal string alignment distance. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : replaced;
      let d = Math.min(cell(above, j) + 1, cell(row, j - 1) + 1, cell(above, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        d = Math.min(d, cell(before, j - 2) + swapped);
      }
      row.push(d);
    }
    before = above;
    above = row;
  }
  return cell(above, b.length);
}

function cell(row: readonly number[], at: number): number {
  return row[at] ?? Number.POSITIVE_INFINITY;
}
