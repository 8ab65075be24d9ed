import { canonicalFlags, checkRegistration, type Fault, type Registration } from './registration.ts';

/** A line read, or everything that is wrong with it. */
export type ReadLine =
  | { readonly ok: true; readonly registration: Registration }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Reads a registration line as the kernel does (fs/binfmt_misc.c, create_entry): the first byte separates the fields,
 * `\xHH` is the only escape. What the kernel takes but nobody can want is refused as `checkRegistration` says.
 */
export function parseLine(line: string): ReadLine {
  const delimiter = line.charAt(0);
  const fields = line.slice(1).split(delimiter);
  if ('POCF'.includes(delimiter) || delimiter === '\n')
    return fault('line', 'a separator that is no flag letter in front', line.slice(0, 20));
  if (line.includes('\0')) return fault('line', 'no NUL', line.slice(0, 40));
  if (fields.length !== 7)
    return fault('line', `seven fields, each after a ${JSON.stringify(delimiter)}`, `${fields.length}`);
  const [name = '', type = '', offset = '', magic = '', mask = '', interpreter = '', flags = ''] = fields;
  const rest = { name, interpreter, flags: canonicalFlags(flags) };
  if (type === 'E') return checked({ ...rest, matcher: { kind: 'extension', extension: magic } });
  if (type !== 'M') return fault('type', 'M or E', type);
  // simple_strtoul with base 10: a sign passes, a leading 0 means nothing.
  if (!/^(\+?[0-9]{1,9})?$/.test(offset)) return fault('offset', 'a decimal number', offset);
  const bytes = unescapeBytes(magic);
  const bits = mask === '' ? undefined : unescapeBytes(mask);
  if (bytes === null) return fault('magic', 'two hexadecimal digits after each \\x', magic);
  if (bits === null) return fault('mask', 'two hexadecimal digits after each \\x', mask);
  const matcher = {
    kind: 'magic' as const,
    offset: Number(offset),
    magic: bytes,
    mask: bits ?? new Uint8Array(bytes.length).fill(0xff),
  };
  return checked({ ...rest, matcher });
}

function checked(registration: Registration): ReadLine {
  const faults = checkRegistration(registration);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, registration };
}

function fault(field: string, expected: string, given: string): ReadLine {
  return { ok: false, faults: [{ field, expected, given: JSON.stringify(given) }] };
}

/** Any other backslash is a byte like all others. */
function unescapeBytes(text: string): Uint8Array | null {
  if (/\\x(?![0-9a-fA-F]{2})/.test(text)) return null;
  return Uint8Array.from(text.match(/\\x..|[\s\S]/g) ?? [], (unit) =>
    unit.length > 1 ? Number.parseInt(unit.slice(2), 16) : unit.charCodeAt(0),
  );
}
