import { octal } from './rescue.ts';
import { visible } from './visible.ts';

/** One word for a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A byte string as a part of such a word, in printable characters: text stays readable, and whatever a terminal or a log would
 * not give back as it is (controls, bytes that are no UTF-8, backquotes, which mark commands in texts) goes by its number.
 */
export function shellPart(value: string): string {
  const text = visible(value);
  const isText = /[^\0-\xff]/.test(value)
    ? value === text
    : text === Buffer.from(value, 'latin1').toString('utf8');
  return isText && !/[`\ufffd]/.test(text)
    ? shellWord(text)
    : `"$(printf '${value.replace(/[^\w./+,:@-]/g, octal)}')"`;
}
