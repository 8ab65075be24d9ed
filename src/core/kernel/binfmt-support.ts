import { canonicalFlags, type Fault, type Registration } from './registration.ts';
import { parseLine } from './registration-line.ts';

/** What a file of binfmt-support means to the kernel, and what of it the kernel has no word for. */
export type SupportFormat =
  | {
      readonly ok: true;
      readonly registration: Registration;
      /** A program that decides whether the interpreter is asked at all; binfmt-support registers one of its own in its place. */
      readonly detector: string | null;
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The keys of such a file (binfmt-support, update-binfmts(8), "FORMAT FILES"). */
export const supportKeys: ReadonlySet<string> = new Set([
  ...['package', 'type', 'offset', 'magic', 'mask', 'extension', 'interpreter', 'detector'],
  ...['credentials', 'preserve', 'fix_binary'],
]);

/**
 * Reads a file of /usr/share/binfmts, a key and a value on each line, as update-binfmts registers it: under the file's name, by
 * the line that it would write.
 */
export function readSupport(name: string, pairs: ReadonlyMap<string, string>): SupportFormat {
  const value = (key: string): string => pairs.get(key) ?? '';
  const yes = (key: string, letter: string): string => (value(key) === 'yes' ? letter : '');
  const type = pairs.get('type') ?? (pairs.has('extension') ? 'extension' : 'magic');
  const flags = canonicalFlags(`${yes('credentials', 'C')}${yes('preserve', 'P')}${yes('fix_binary', 'F')}`);
  const faults: Fault[] = [];
  if (type !== 'magic' && type !== 'extension')
    faults.push({ field: 'type', expected: 'magic or extension', given: JSON.stringify(type) });
  if (value(type) === '') faults.push({ field: type, expected: 'a value', given: 'none' });
  if (value('interpreter') === '') faults.push({ field: 'interpreter', expected: 'a path', given: 'none' });
  if (faults.length > 0) return { ok: false, faults };
  const match =
    type === 'magic'
      ? ['M', value('offset'), value('magic'), value('mask')]
      : ['E', '', value('extension'), ''];
  const fields = [name, ...match, value('interpreter'), flags];
  // update-binfmts has a colon; any byte that is nowhere else separates as well.
  const separator =
    [...':|,~\x01\x02\x03'].find((one) => !fields.some((field) => field.includes(one))) ?? ':';
  const read = parseLine(['', ...fields].join(separator));
  return read.ok ? { ...read, detector: pairs.get('detector') || null } : read;
}

/** The pairs of a file's text; null where a line is neither that nor empty. */
export function supportPairs(text: string): ReadonlyMap<string, string> | null {
  const pairs = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key = '', value = ''] = /^\s*(\S+)(?:\s+(.*?))?\s*$/.exec(line) ?? [];
    if (key === '' || key.startsWith('#')) continue;
    if (!supportKeys.has(key)) return null;
    pairs.set(key, value);
  }
  return pairs.size === 0 ? null : pairs;
}

/** The lines of a file in which update-binfmts notes what it registered, in this order. */
const storedLines = [
  ...['package', 'type', 'offset', 'magic', 'mask', 'interpreter', 'detector'],
  ...['credentials', 'preserve', 'fix_binary'],
] as const;

/** The pairs of such a file; null where it is none. Versions before 2.2 write fewer lines. */
export function storedPairs(text: string): ReadonlyMap<string, string> | null {
  const lines = text.split('\n');
  const type = lines[1];
  if (lines.length < 7 || (type !== 'magic' && type !== 'extension')) return null;
  // What it looks for stands in one place whatever it is.
  return new Map(storedLines.map((key, at) => [key === 'magic' ? type : key, lines[at] ?? '']));
}
