/** The day of a moment where the reader is; nothing where there is none. */
export function dateOf(at: Date): string {
  if (Number.isNaN(at.getTime())) return '';
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The time of day where the reader is: a terminal shows no other, so that it can be compared with a clock on the wall. */
export function clockOf(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
}

/** A moment to come: the day only where it is another. */
export function momentOf(at: Date, now: Date): string {
  return dateOf(at) === dateOf(now) ? clockOf(at) : `${dateOf(at)} ${clockOf(at)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
