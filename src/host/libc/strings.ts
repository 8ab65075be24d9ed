/** A string of C, each character a byte, as the kernel's tables hold them. */
export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'latin1');
}

/** The same of text: paths of the store are, unlike those of the kernel's tables. */
export function utf8String(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf8');
}
