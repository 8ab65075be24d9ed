declare const bytes: unique symbol;

/**
 * A byte string: one character for each byte (latin1), as the kernel has names and paths, which need not be UTF-8. It
 * is no text for people; two of them are equal where their bytes are.
 */
export type Bytes = string & { readonly [bytes]: true };

/** Text, such as a configured path, as the kernel has it. */
export function bytesOf(text: string): Bytes {
  return Buffer.from(text, 'utf8').toString('latin1') as Bytes;
}

/** A byte string as text, where it goes to people or to an interface that takes UTF-8; bytes that are none become U+FFFD. */
export function textOf(given: string): string {
  return Buffer.from(given, 'latin1').toString('utf8');
}
