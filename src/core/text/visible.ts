/**
 * Text that may have come from anybody, fit to be shown: bytes that are UTF-8 are shown as such, and what a terminal
 * or a browser would obey or a reader could be misled by (controls, changes of direction) as its number.
 */
export function visible(text: string): string {
  return decoded(text).replace(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}/gu, (c) => {
    const code = c.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Names and paths are byte strings inside, one character a byte; other text has characters beyond or plain ASCII. */
function decoded(text: string): string {
  if (!/[\x80-\xff]/.test(text) || /[^\0-\xff]/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
    );
  } catch {
    return text; // bytes that are no UTF-8: each is shown by itself
  }
}
