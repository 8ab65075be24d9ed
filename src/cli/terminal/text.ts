/** The cells of a terminal that a text takes. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const c of text) width += /\p{M}/u.test(c) ? 0 : wide.test(c) ? 2 : 1;
  return width;
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function cutEnd(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const c of text) {
    if (widthOf(kept) + widthOf(c) > width - 1) break;
    kept += c;
  }
  return width < 1 ? '' : `${kept}…`;
}

/** A path that fits: the hash of the store's directory is shortened first, then what stands in front of the name. */
export function shortenPath(path: string, width: number): string {
  if (widthOf(path) <= width) return path;
  const short = path.replace(/\/([0-9a-f]{4})[0-9a-f]{12}(?=\/)/, '/$1…');
  const parts = short.split('/');
  for (let from = 0; from < parts.length; from++) {
    const rest = from === 0 ? short : `…/${parts.slice(from).join('/')}`;
    if (widthOf(rest) <= width) return rest;
  }
  return cutEnd(parts.at(-1) ?? '', width);
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uFF01-\uFF60]/u;
