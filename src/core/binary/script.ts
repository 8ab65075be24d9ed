import { headerSize } from '../kernel/registration.ts';

/** A file that begins with `#!`, as the kernel (5.1 and later) reads its first line. */
export interface Script {
  readonly kind: 'script';
  /**
   * The path as it stands there, with a carriage return if one does; null where the kernel takes the file for no script
   * (ENOEXEC), empty where it takes the current directory for the interpreter (EACCES).
   */
  readonly interpreter: string | null;
  /** All the rest of the line is one argument, cut off where the kernel stops to read; null where there is none. */
  readonly argument: string | null;
  /**
   * Why no interpreter, or not the right one, comes of it:
   * - `no-interpreter`: nothing but blanks stands there,
   * - `too-long`: the interpreter's path goes on beyond the bytes that the kernel reads: ENOEXEC,
   * - `carriage-return`: the line ends as in DOS, and `\r` becomes a part of the interpreter's name, or of its argument,
   * - `argument-cut`: the interpreter gets only what the kernel read of the argument.
   */
  readonly fault: 'no-interpreter' | 'too-long' | 'carriage-return' | 'argument-cut' | null;
}

/**
 * Reads the `#!` line by load_script() of fs/binfmt_script.c: 256 bytes, of which the last is lost where no newline is
 * among them; a NUL ends the search for the newline, and the path.
 */
export function readScript(head: Uint8Array): Script {
  const line = new Uint8Array(headerSize);
  line.set(head.subarray(0, headerSize));
  const newline = newlineIn(line);
  let end = newline ?? headerSize - 1;
  const name = skipBlanks(line, 2, end);
  if (newline === null) {
    if (name > end) return none('no-interpreter');
    if (terminator(line, name, end) === null) return none('too-long');
  }
  while (isBlank(line[end - 1])) end -= 1;
  const first = skipBlanks(line, 2, end);
  if (first >= end) return none('no-interpreter');
  const separator = terminator(line, first, end - 1);
  const interpreter = text(line, first, separator ?? end);
  // Where the file ends before any newline, the kernel goes on behind the blank and finds the padding: an empty argument.
  const argument =
    separator === null || line[separator] === 0 ? null : text(line, skipBlanks(line, separator, end), end);
  if (interpreter === '') return { kind: 'script', interpreter, argument, fault: 'no-interpreter' };
  return { kind: 'script', interpreter, argument, fault: faultOf(interpreter, argument, newline, head) };
}

function faultOf(
  interpreter: string,
  argument: string | null,
  newline: number | null,
  head: Uint8Array,
): Script['fault'] {
  if ((argument ?? interpreter).endsWith('\r')) return 'carriage-return';
  const goesOn = newline === null && head.length >= headerSize;
  return goesOn && !head.subarray(0, headerSize - 1).includes(0) ? 'argument-cut' : null;
}

function none(fault: 'no-interpreter' | 'too-long'): Script {
  return { kind: 'script', interpreter: null, argument: null, fault };
}

function newlineIn(line: Uint8Array): number | null {
  for (let at = 0; at < line.length && line[at] !== 0; at += 1) if (line[at] === 0x0a) return at;
  return null;
}

/** The first byte up to and with `last` that is no blank, or the one after. */
function skipBlanks(line: Uint8Array, from: number, last: number): number {
  let at = from;
  while (at <= last && isBlank(line[at])) at += 1;
  return at;
}

/** The first blank or NUL up to and with `last`. */
function terminator(line: Uint8Array, from: number, last: number): number | null {
  for (let at = from; at <= last; at += 1) if (isBlank(line[at]) || line[at] === 0) return at;
  return null;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

function text(line: Uint8Array, from: number, to: number): string {
  let all = '';
  for (let at = from; at < to && line[at] !== 0; at += 1) all += String.fromCharCode(line[at] ?? 0);
  return all;
}
