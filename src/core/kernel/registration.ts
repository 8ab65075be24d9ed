/** What makes the kernel choose an entry: bytes at an offset, or the file name's extension. */
export type Matcher =
  | { readonly kind: 'magic'; readonly offset: number; readonly magic: Uint8Array; readonly mask: Uint8Array }
  | { readonly kind: 'extension'; readonly extension: string };

/**
 * One registration, as written to `register`. Every string here is a byte string: one character for each
 * byte (latin1), because names and paths of the kernel are bytes and need not be UTF-8.
 */
export interface Registration {
  readonly name: string;
  readonly matcher: Matcher;
  readonly interpreter: string;
  /** Canonical: a subset of `POCF` in that order, `O` present where `C` is. Foreign entries may carry other letters. */
  readonly flags: string;
}

/** What is wrong with one field of a handler, in words for whoever wrote it. */
export interface Fault {
  readonly field: string;
  readonly expected: string;
  readonly given: string;
}

/** The kernel offers the first 256 bytes of a file for matching (BINPRM_BUF_SIZE), zero padded. */
export const headerSize = 256;

/**
 * Flags as the kernel reads them back, so that wanted and shown flags compare as strings: order `POCF`, `O`
 * added where `C` is, repeats dropped. Letters of other kernels follow in the order given.
 */
export function canonicalFlags(flags: string): string {
  const given = new Set(flags);
  if (given.has('C')) given.add('O');
  const known = [...knownFlags].filter((flag) => given.has(flag));
  const others = [...given].filter((flag) => !knownFlags.includes(flag));
  return [...known, ...others].join('');
}

/**
 * Tells whether two matchers read back alike: the same offset, magic and mask byte for byte, or the same
 * extension.
 */
export function sameMatcher(a: Matcher, b: Matcher): boolean {
  if (a.kind === 'extension') return b.kind === 'extension' && a.extension === b.extension;
  return (
    b.kind === 'magic' && a.offset === b.offset && sameBytes(a.magic, b.magic) && sameBytes(a.mask, b.mask)
  );
}

/** A mask that the kernel assumes where none is given, and then does not show either. */
export function isAllOnes(mask: Uint8Array): boolean {
  return mask.every((byte) => byte === 0xff);
}

/**
 * The line for one write(2) to `register`; only of use for a registration in which `checkRegistration` finds
 * no fault.
 */
export function renderLine(registration: Registration): Uint8Array {
  const escaped = layOut(registration, () => true);
  // Escapes take four bytes, so a long magic and mask fit only if what can be written plainly is.
  return escaped.length <= maxLine ? escaped : layOut(registration, (byte) => !isPlain(byte));
}

/**
 * Everything the kernel would refuse with EINVAL, ENAMETOOLONG or EEXIST, told beforehand and by field; and
 * a few things that it takes but nobody can want: line breaks that forge lines of the entry, relative
 * interpreters, extensions with a dot (the kernel compares what follows the last dot, so they never match).
 */
export function checkRegistration(registration: Registration): readonly Fault[] {
  const { name, matcher, interpreter, flags } = registration;
  const faults = [...checkName(name), ...checkInterpreter(interpreter), ...checkFlags(flags)];
  faults.push(...(matcher.kind === 'magic' ? checkMagic(matcher) : checkExtension(matcher.extension)));
  return faults.length > 0 ? faults : checkLine(registration);
}

const knownFlags = 'POCF';
const maxLine = 1920;
const maxName = 255;

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function layOut({ name, matcher, interpreter, flags }: Registration, mustEscape: EscapeRule): Uint8Array {
  const delimiter = chooseDelimiter(name, matcher, interpreter) ?? ':';
  const bytes = (of: Uint8Array) =>
    escapeBytes(of, (byte) => byte === delimiter.charCodeAt(0) || mustEscape(byte));
  const match =
    matcher.kind === 'extension'
      ? ['E', '', matcher.extension, '']
      : [
          'M',
          String(matcher.offset),
          bytes(matcher.magic),
          isAllOnes(matcher.mask) ? '' : bytes(matcher.mask),
        ];
  const line = ['', name, ...match, interpreter, canonicalFlags(flags)].join(delimiter);
  return Uint8Array.from(line, (char) => char.charCodeAt(0));
}

type EscapeRule = (byte: number) => boolean;

/**
 * Letters and digits are never taken: flag letters are refused, and the others occur in escapes or may
 * become flags.
 */
const delimiters = [
  ...':,|!%@=~+^&*?<>"\'`()[]{}$-_ ;#./',
  ...Array.from({ length: 128 }, (_, at) => String.fromCharCode(255 - at)),
  ...Array.from({ length: 31 }, (_, at) => String.fromCharCode(at + 1)).filter((char) => char !== '\n'),
];

function chooseDelimiter(name: string, matcher: Matcher, interpreter: string): string | undefined {
  const text = name + interpreter + (matcher.kind === 'extension' ? matcher.extension : '');
  return delimiters.find((char) => !text.includes(char));
}

function escapeBytes(bytes: Uint8Array, mustEscape: EscapeRule): string {
  const one = (byte: number) =>
    mustEscape(byte) ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte);
  return Array.from(bytes, one).join('');
}

/** A raw NUL cuts magic and mask silently; a backslash may begin an escape. */
function isPlain(byte: number): boolean {
  return byte > 0x20 && byte !== 0x5c && byte !== 0x7f;
}

function checkName(name: string): Fault[] {
  const faults = checkBytes('name', name, '\0');
  const fault = (expected: string) => faults.push({ field: 'name', expected, given: show(name) });
  if (name.length < 1 || name.length > maxName) fault(`1 to ${maxName} bytes`);
  if (name.includes('/')) fault('no slash');
  if (['.', '..', 'register', 'status'].includes(name))
    fault('a name that the file system does not use itself');
  return faults;
}

function checkInterpreter(interpreter: string): Fault[] {
  const faults = checkBytes('interpreter', interpreter, '\0\n');
  if (!interpreter.startsWith('/')) {
    faults.push({ field: 'interpreter', expected: 'an absolute path', given: show(interpreter) });
  }
  return faults;
}

function checkFlags(flags: string): Fault[] {
  const canonical = canonicalFlags(flags);
  if (/[^POCF]/.test(flags)) {
    return [{ field: 'flags', expected: 'only letters of POCF', given: show(flags) }];
  }
  return flags === canonical ? [] : [{ field: 'flags', expected: show(canonical), given: show(flags) }];
}

function checkMagic({ offset, magic, mask }: Matcher & { kind: 'magic' }): Fault[] {
  const faults: Fault[] = [];
  if (!Number.isInteger(offset) || offset < 0) {
    faults.push({ field: 'offset', expected: 'a whole number of bytes, 0 or more', given: String(offset) });
  } else if (offset + magic.length > headerSize) {
    const given = `${offset} + ${magic.length} bytes`;
    faults.push({
      field: 'offset',
      expected: `an end within the first ${headerSize} bytes of a file`,
      given,
    });
  }
  if (magic.length < 1) faults.push({ field: 'magic', expected: 'at least one byte', given: 'none' });
  if (mask.length !== magic.length) {
    const given = `${mask.length} bytes`;
    faults.push({ field: 'mask', expected: `${magic.length} bytes, as many as the magic`, given });
  }
  return faults;
}

function checkExtension(extension: string): Fault[] {
  const faults = checkBytes('extension', extension, '\0\n');
  const fault = (expected: string) => faults.push({ field: 'extension', expected, given: show(extension) });
  if (extension === '') fault('at least one byte');
  if (extension.includes('/')) fault('no slash');
  if (extension.includes('.')) fault('what follows the last dot of a file name, without a dot');
  return faults;
}

function checkLine(registration: Registration): Fault[] {
  const { name, matcher, interpreter } = registration;
  if (chooseDelimiter(name, matcher, interpreter) === undefined) {
    const expected = 'a byte left over that can separate the fields';
    return [{ field: 'line', expected, given: 'all of them occur in name, extension or interpreter' }];
  }
  const { length } = renderLine(registration);
  if (length <= maxLine) return [];
  return [{ field: 'line', expected: `at most ${maxLine} bytes in all`, given: `${length} bytes` }];
}

function checkBytes(field: string, text: string, refused: string): Fault[] {
  const faults: Fault[] = [];
  if ([...text].some((char) => char > '\xff')) {
    faults.push({ field, expected: 'a byte string, one character for each byte', given: show(text) });
  }
  if ([...refused].some((char) => text.includes(char))) {
    const expected = refused.includes('\n') ? 'no NUL and no line break' : 'no NUL';
    faults.push({ field, expected, given: show(text) });
  }
  return faults;
}

function show(text: string): string {
  return JSON.stringify(text);
}
