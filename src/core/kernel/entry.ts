import type { Matcher, Registration } from './registration.ts';
import { canonicalFlags, isAllOnes } from './registration.ts';

/**
 * Tells one registration from a later one under the same name: the inode of the entry's file is new each
 * time.
 */
export interface EntryId {
  readonly dev: number;
  readonly ino: number;
  /** Written down for keepers of version 0.1, and no part of the identity: a chmod moves it. */
  readonly ctimeMs: number;
}

/** What an entry's text says, odd parts kept. */
export interface EntryText {
  readonly enabled: boolean;
  readonly interpreter: string;
  readonly flags: string;
  /** null where the type is one that this version does not know (kernel 7.3's BPF entries, for one). */
  readonly matcher: Matcher | null;
  /** Lines that this version does not know, in order. */
  readonly unknown: readonly string[];
}

/** An entry as the kernel shows it. */
export interface Entry extends EntryText {
  readonly name: string;
  readonly id: EntryId;
}

/** The exact text that the kernel shows for a registration, which makes drift a comparison of strings. */
export function renderEntry(registration: Registration, enabled: boolean): string {
  const { matcher, interpreter, flags } = registration;
  const lines = [enabled ? 'enabled' : 'disabled', `interpreter ${interpreter}`];
  // The blank after `flags:` stays where there are none.
  lines.push(`flags: ${canonicalFlags(flags)}`);
  if (matcher.kind === 'extension') {
    lines.push(`extension .${matcher.extension}`);
  } else {
    lines.push(`offset ${matcher.offset}`, `magic ${toHex(matcher.magic)}`);
    // Never written, hence never shown.
    if (!isAllOnes(matcher.mask)) lines.push(`mask ${toHex(matcher.mask)}`);
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Reads an entry's text (one character for each byte); null where it is no entry at all. What does not fit
 * the one order of lines that kernels up to 7.2 write is kept in `unknown`: so a line break in a path, which
 * can forge any line but always makes one too many, never passes for an entry of ours.
 */
export function parseEntry(text: string): EntryText | null {
  const [first, ...lines] = text.replace(/\n$/, '').split('\n');
  if (first !== 'enabled' && first !== 'disabled') return null;
  const known = new Map<Keyword, string>();
  const unknown: string[] = [];
  let reached = -1;
  for (const line of lines) {
    const field = readLine(line);
    const rank = field === null ? -1 : order.indexOf(field.keyword);
    if (field === null || rank <= reached) {
      unknown.push(line);
    } else {
      reached = rank;
      known.set(field.keyword, field.value);
    }
  }
  const matcher = (unknown.length > 0 ? readTail(text) : null) ?? readMatcher(known);
  if (matcher === null) {
    // A half matcher is worse than none: its parts are kept as lines.
    for (const keyword of matcherKeywords) {
      const value = known.get(keyword);
      if (value !== undefined)
        unknown.push(keyword === 'extension' ? `${keyword} .${value}` : `${keyword} ${value}`);
    }
  }
  const interpreter = known.get('interpreter') ?? '';
  return { enabled: first === 'enabled', interpreter, flags: known.get('flags') ?? '', matcher, unknown };
}

const matcherKeywords = ['offset', 'magic', 'mask', 'extension'] as const;
const order = ['interpreter', 'flags', ...matcherKeywords] as const;
type Keyword = (typeof order)[number];

const patterns: Readonly<Record<Keyword, RegExp>> = {
  interpreter: /^interpreter (.*)$/s,
  flags: /^flags: (.*)$/s,
  offset: /^offset (\d{1,9})$/,
  magic: /^magic ((?:[0-9a-f]{2})+)$/,
  mask: /^mask ((?:[0-9a-f]{2})+)$/,
  extension: /^extension \.(.+)$/s,
};

function readLine(line: string): { readonly keyword: Keyword; readonly value: string } | null {
  const word = line.slice(0, line.indexOf(' ')).replace(':', '');
  const keyword = order.find((one) => one === word);
  const value = keyword && patterns[keyword].exec(line)?.[1];
  return keyword === undefined || value === undefined ? null : { keyword, value };
}

/** What the kernel writes last is its own: a line break in a path can forge the lines before it, and no byte after. */
function readTail(text: string): Matcher | null {
  const [, offset, magic = '', mask = magic.replace(/./g, 'f')] =
    /\noffset (\d{1,9})\nmagic ((?:[0-9a-f]{2})+)(?:\nmask ((?:[0-9a-f]{2})+))?\n?$/.exec(text) ?? [];
  if (offset === undefined || mask.length !== magic.length) return null;
  return { kind: 'magic', offset: Number(offset), magic: fromHex(magic), mask: fromHex(mask) };
}

function readMatcher(known: ReadonlyMap<Keyword, string>): Matcher | null {
  const extension = known.get('extension');
  const offset = known.get('offset');
  const magic = known.get('magic');
  const shownMask = known.get('mask');
  if (extension !== undefined) {
    const alone = [offset, magic, shownMask].every((value) => value === undefined);
    return alone ? { kind: 'extension', extension } : null;
  }
  if (offset === undefined || magic === undefined) return null;
  const mask = shownMask ?? 'f'.repeat(magic.length);
  if (mask.length !== magic.length) return null;
  return { kind: 'magic', offset: Number(offset), magic: fromHex(magic), mask: fromHex(mask) };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
