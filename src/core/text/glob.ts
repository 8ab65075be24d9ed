/** A pattern as shells and Go's filepath.Match read it: `*`, `?`, `[a-z]`, `[^a]`, and a backslash before any of them. */
export interface Glob {
  matches(text: string): boolean;
}

/** Reads a pattern; null where it is malformed (an open bracket, a backslash at its end, a range from high to low). */
export function parseGlob(pattern: string): Glob | null {
  const parts: Part[] = [];
  const chars = [...pattern];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at];
    if (char === '*') parts.push('any');
    else if (char === '?') parts.push((c) => c !== '/');
    else if (char === '[') {
      const set = readSet(chars, at + 1);
      if (set === null) return null;
      parts.push(set.part);
      at = set.end;
    } else {
      const wanted = char === '\\' ? chars[++at] : char;
      if (wanted === undefined) return null;
      parts.push((c) => c === wanted);
    }
  }
  return { matches: (text) => matches(parts, [...text]) };
}

/** Whether a text has a character that makes it a pattern. */
export function isGlob(text: string): boolean {
  return /[*?[\\]/.test(text);
}

type Part = 'any' | ((char: string) => boolean);

/** Goes back to the last star only, which is enough and keeps a hostile pattern from costing more than its length times the text's. */
function matches(parts: readonly Part[], text: readonly string[]): boolean {
  let at = 0;
  let part = 0;
  let star = -1;
  let retry = 0;
  while (at < text.length) {
    const want = parts[part];
    const char = text[at] ?? '';
    if (want === 'any') {
      star = part++;
      retry = at;
    } else if (want?.(char)) {
      part++;
      at++;
    } else if (star >= 0 && text[retry] !== '/') {
      part = star + 1;
      at = ++retry;
    } else return false;
  }
  while (parts[part] === 'any') part++;
  return part === parts.length;
}

function readSet(chars: readonly string[], from: number): { part: Part; end: number } | null {
  let at = from;
  const negated = chars[at] === '^';
  if (negated) at++;
  const ranges: [string, string][] = [];
  while (chars[at] !== ']' || ranges.length === 0) {
    const low = readChar(chars, at);
    if (low === null) return null;
    at = low.next;
    let high = low;
    if (chars[at] === '-') {
      const end = readChar(chars, at + 1);
      if (end === null) return null;
      high = end;
      at = end.next;
    }
    if (high.char < low.char) return null;
    ranges.push([low.char, high.char]);
  }
  const within = (c: string): boolean => ranges.some(([low, high]) => low <= c && c <= high);
  return { part: (c) => c !== '/' && within(c) !== negated, end: at };
}

/** In a set a `-` or `]` that stands for itself has a backslash before it. */
function readChar(chars: readonly string[], at: number): { char: string; next: number } | null {
  const char = chars[at];
  if (char === undefined || char === '-' || char === ']') return null;
  if (char !== '\\') return { char, next: at + 1 };
  const escaped = chars[at + 1];
  return escaped === undefined ? null : { char: escaped, next: at + 2 };
}
