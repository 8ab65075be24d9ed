import type { TextForm } from './binary.ts';

/** What kind of text it is that the kernel takes for no script; null where it is none. */
export function textForm(head: Uint8Array): TextForm | null {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return 'utf-16';
  const seen = head.subarray(0, 1024);
  if (seen.some((byte) => isControl(byte))) return null;
  const text = String.fromCharCode(...seen);
  const marked = text.startsWith('\xef\xbb\xbf');
  const bare = marked ? text.slice(3) : text;
  if (marked && bare.startsWith('#!')) return 'mark-before-shebang';
  return forms.find(([looks]) => looks.test(bare))?.[1] ?? 'plain';
}

/** What no text has; a file of any encoding that Unix knows has bytes beyond ASCII. */
function isControl(byte: number): boolean {
  return byte === 0x7f || (byte < 0x20 && !(byte >= 0x07 && byte <= 0x0d) && byte !== 0x1b);
}

const forms: readonly (readonly [RegExp, TextForm])[] = [
  [/^\s+#!/, 'blank-before-shebang'],
  [/^version https?:\/\/(git-lfs|hawser)\./, 'git-lfs-pointer'],
  [/^\s*<(!doctype\s+html|html|head|body)\b/i, 'web-page'],
  [/^\s*<\?xml.*<html\b/is, 'web-page'],
  [/^\s*<(\?xml|!doctype)\b/i, 'xml'],
  [/^\s*(\{\s*["}]|\[\s*[[{"\]])/, 'json'],
];
