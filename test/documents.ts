import { readFileSync } from 'node:fs';
import { projectFiles } from '../scripts/generate/project-files.ts';
import { root } from './architecture/imports.ts';

/** A line of a document, with the place that a complaint names. */
export interface DocumentLine {
  readonly place: string;
  readonly text: string;
  /** The language of the block of code that it stands in; null in prose. */
  readonly block: string | null;
}

/** Every document that a reader is shown. */
export const documents: readonly string[] = projectFiles(root).filter((file) => file.endsWith('.md'));

/** The lines of a document; those that a backslash continues are one. */
export function linesOf(file: string): readonly DocumentLine[] {
  const lines: DocumentLine[] = [];
  let block: string | null = null;
  let open = '';
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((text, index) => {
      const fence = /^\s*```(\w*)/.exec(text);
      if (fence !== null) {
        block = block === null ? (fence[1] ?? '') : null;
      } else if (block !== null && text.endsWith('\\')) {
        open += text.slice(0, -1);
      } else {
        lines.push({ place: `${file}:${index + 1}`, text: open + text, block });
        open = '';
      }
    });
  return lines;
}

/** The anchors of a document, as GitHub makes them from its headings. */
export function anchorsOf(file: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const { text, block } of linesOf(file)) {
    const heading = block === null ? /^#{1,6} +(.*)$/.exec(text)?.[1] : undefined;
    if (heading === undefined) continue;
    const words = heading.toLowerCase().replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const anchor = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n++) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  return anchors;
}
