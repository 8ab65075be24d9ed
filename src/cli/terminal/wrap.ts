/** Breaks text between words so that no line is longer than `width`, unless one word is; lines after the first begin with `rest`. */
export function wrap(text: string, width: number, indent = '', rest = indent): string[] {
  const lines: string[] = [];
  let line = indent;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
