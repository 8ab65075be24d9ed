/**
 * What the kernel takes as it is written but nobody means: hexadecimal as text, arguments behind an interpreter. Nothing else
 * would tell, for such an entry registers well and never matches, or matches and never runs.
 */

/** How bytes can be written where a text is read: in our own file, or in a registration line. */
export type ByteSpelling = 'config' | 'line';

/** Why a magic or mask that would count as characters is refused, with the spelling to use; null where it is clear. */
export function unclearBytes(written: string, spelling: ByteSpelling): string | null {
  const digits = hexMeant(written);
  if (digits !== null) {
    if (digits.length % 2 !== 0)
      return `looks hexadecimal, with a digit too few or too many (${digits.length} of them); ${waysOf(written, spelling, null)}`;
    return `looks hexadecimal but would count as text; ${waysOf(written, spelling, digits)}`;
  }
  if (/\\\\x[0-9a-f]{2}/i.test(written)) return 'has two backslashes where one is meant: write \\x7f';
  if (/\\[0-3][0-7]{2}/.test(written)) {
    const bytes = written.match(/\\[0-3][0-7]{2}/g) ?? [];
    const first = bytes[0] ?? '';
    return `has octal escapes, which would count as text: write ${escaped([Number.parseInt(first.slice(1), 8)])} for ${first}`;
  }
  if (/^(\\*x|0x|\^\?)?(7f)?[\s,]*ELF/i.test(written) && !/^(\\x7f)?ELF/.test(written))
    return `would count as text; ${spelling === 'config' ? 'write' : 'a line has'} \\x7fELF for the first bytes of an ELF file`;
  // A number of YAML's that is no plain run of digits, such as 1.5, 0o17, 1e+10 and .inf.
  if (
    spelling === 'config' &&
    /^[-+]?(0[ob][0-9_]+|[\d_]*\.?\d+(e[-+]?\d+)?|\d+\.|\.(inf|nan))$/i.test(written)
  )
    return `is a number, not bytes; ${waysOf(written, spelling, null)}`;
  return null;
}

/** Why a path is no interpreter that the kernel could run; null where nothing is odd about it. */
export function unclearInterpreter(path: string): string | null {
  const [, program = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(path) ?? [];
  const shell = /^\S*\/(env|sh|bash|dash|nice|exec|sudo|java|mono|wine|python[0-9.]*|perl|node)$/.test(
    program,
  );
  const asArgument = /(^|\s)(-{1,2}\w|"?\$@|"?\$\d|%[a-z]\b)/i.test(rest);
  if (program === '' || !(asArgument || shell)) return null;
  return `must be the path of one program, without arguments: the kernel passes none; write a script that runs ${path.replace(/\s*"?\$@"?$/, '').slice(0, 100)} "$@", and name that`;
}

/** Why flags are not letters alone; null where they are. */
export function unclearFlags(flags: string): string | null {
  const letters = flags.replace(/[\s,;|+/-]+/g, '').toUpperCase();
  if (flags === letters || !/^[POCF]*$/.test(letters)) return null;
  return `must be letters of POCF and nothing between them: write ${letters === '' ? 'none' : letters}`;
}

/** All of that for a registration line that can be read; each with the field that it concerns. */
export function unclearLine(line: string): readonly { readonly field: string; readonly why: string }[] {
  const [, type = '', , magic = '', mask = '', interpreter = '', flags = ''] = line
    .slice(1)
    .split(line.charAt(0));
  const bytes =
    type === 'E'
      ? []
      : [
          { field: 'magic', why: unclearBytes(magic, 'line') },
          { field: 'mask', why: unclearBytes(mask, 'line') },
        ];
  return [
    ...bytes,
    { field: 'interpreter', why: unclearInterpreter(interpreter) },
    { field: 'flags', why: unclearFlags(flags) },
  ].flatMap(({ field, why }) => (why === null ? [] : { field, why }));
}

/** The digits of a text that was meant as hexadecimal: as the kernel prints it, with signs in front, with gaps, or half escaped. */
function hexMeant(written: string): string | null {
  const halfEscaped = /^((?:\\x[0-9a-f]{2})+)((?:[0-9a-f]{2}){2,}|[0-9][0-9a-f]|[a-f][0-9])$/i.exec(written);
  if (halfEscaped !== null) return written.replaceAll(/\\x/gi, '').toLowerCase();
  if (/^(\\x[0-9a-f]{2}[\s,]+)+\\x[0-9a-f]{2}$/i.test(written))
    return written.replaceAll(/[^0-9a-f]/gi, '').toLowerCase();
  if (written.includes('\\')) return null;
  const pieces = written
    .replace(/^[\s[{("'$#]+|[\s\])}"']+$/g, '')
    .replace(/^x['"]?(?=[0-9a-f]+$)/i, '')
    .replace(/(?<=[0-9a-f])h$/i, '')
    .split(/[\s,:;_-]+/);
  const digits = pieces.map((piece) => /^(?:0x)?([0-9a-f]+)$/i.exec(piece)?.[1] ?? null);
  if (digits.some((one) => one === null)) return null;
  const joined = digits.join('').toLowerCase();
  // BC is how bitcode of LLVM begins, and that is text: fewer than two bytes are hexadecimal by a digit or sign only.
  return joined.length >= 4 || /\d/.test(joined) ? joined : null;
}

function waysOf(written: string, spelling: ByteSpelling, digits: string | null): string {
  const text = escaped([...written].map((char) => char.charCodeAt(0) & 0xff));
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  const bytes = digits?.match(/../g)?.map((pair) => Number.parseInt(pair, 16));
  if (spelling === 'line')
    return bytes === undefined
      ? `write \\xHH for each byte, such as \\x7f\\x45`
      : `write ${escaped(bytes)} for these ${bytes.length} bytes, or ${shown} for the text`;
  return bytes === undefined
    ? `write two hexadecimal digits a byte behind 0x, such as 0x7f45, or ${shown} for the text`
    : `write 0x${digits} for these ${bytes.length} bytes, or ${shown} for the text`;
}

function escaped(bytes: readonly number[]): string {
  return bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
