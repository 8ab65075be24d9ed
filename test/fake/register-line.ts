/** What the kernel's own parser makes of a register string; every string is a byte string. */
export interface ParsedLine {
  readonly name: string;
  readonly magic: string | null;
  readonly mask: string | null;
  readonly offset: number;
  readonly extension: string | null;
  readonly interpreter: string;
  readonly flags: string;
}

const HEADER_SIZE = 256;
const MAX_LENGTH = 1920;
const MIN_LENGTH = 11;

/**
 * A second reading of fs/binfmt_misc.c (create_entry), so that the fake kernel does not share the mistakes of the
 * code under test. Null is EINVAL.
 */
export function parseLine(line: string): ParsedLine | null {
  if (line.length < MIN_LENGTH || line.length > MAX_LENGTH) return null;
  const delimiter = line.charAt(0);
  if ('POCF\n'.includes(delimiter)) return null;
  const fields = line.slice(1).split(delimiter);
  if (fields.length !== 7) return null;
  const [name = '', type, offset = '', magic = '', mask = '', interpreter = '', tail = ''] = fields;
  const flags = parseFlags(tail);
  if (!isName(name) || !isText(interpreter) || flags === null) return null;
  const common = { name, interpreter, flags };
  if (type === 'E') {
    if (!isText(magic) || magic.includes('/')) return null;
    return { ...common, magic: null, mask: null, offset: 0, extension: magic };
  }
  if (type !== 'M') return null;
  const matched = parseMagic(offset, magic, mask);
  return matched && { ...common, ...matched, extension: null };
}

/** Whether a file with these first bytes and this path is for the line's interpreter. */
export function matches(line: ParsedLine, header: string, path: string): boolean {
  if (line.extension !== null) {
    const dot = path.lastIndexOf('.');
    return dot >= 0 && path.slice(dot + 1) === line.extension;
  }
  const { magic, mask, offset } = line;
  if (magic === null) return false;
  for (let i = 0; i < magic.length; i++) {
    const bits = mask === null ? 0xff : mask.charCodeAt(i);
    const byte = header.length > offset + i ? header.charCodeAt(offset + i) : 0;
    if (((byte ^ magic.charCodeAt(i)) & bits) !== 0) return false;
  }
  return true;
}

function parseFlags(tail: string): string | null {
  const text = tail.endsWith('\n') ? tail.slice(0, -1) : tail;
  if (!/^[POCF]*$/.test(text)) return null;
  const has = (flag: string): boolean => text.includes(flag) || (flag === 'O' && text.includes('C'));
  return ['P', 'O', 'C', 'F'].filter(has).join('');
}

function parseMagic(
  offset: string,
  magic: string,
  mask: string,
): Pick<ParsedLine, 'magic' | 'mask' | 'offset'> | null {
  if (!/^(\+?[0-9]+)?$/.test(offset)) return null;
  const bytes = unescapeHex(magic);
  const bits = mask === '' ? null : unescapeHex(mask);
  if (bytes === null || bytes === '' || magic.startsWith('\0')) return null;
  if (mask !== '' && bits?.length !== bytes.length) return null;
  const at = Number(offset);
  return at + bytes.length > HEADER_SIZE ? null : { offset: at, magic: bytes, mask: bits };
}

/** Only `\xHH` is an escape; a raw NUL cuts the string. */
function unescapeHex(text: string): string | null {
  if (/\\x(?![0-9a-fA-F]{2})/.test(text)) return null;
  const whole = text.split('\0', 1)[0] ?? '';
  return whole.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function isName(name: string): boolean {
  return isText(name) && name !== '.' && name !== '..' && !name.includes('/');
}

function isText(text: string): boolean {
  return text !== '' && !text.includes('\0');
}
