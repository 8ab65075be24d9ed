/**
 * Writes src/core/doctor/meanings.ts from docs/problems.md, so that `doctor CODE` says what is documented. `--check` fails
 * where the file is not what the document gives.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const file = new URL('src/core/doctor/meanings.ts', root);

/** The text of the file that the document gives. */
export function meaningsFile(): string {
  const rows = [...meanings()].map(([code, text]) => `  '${code}': ${JSON.stringify(text)},\n`);
  return `// biome-ignore-all format: written by scripts/generate/meanings.ts from docs/problems.md, not to be edited
import type { ProblemCode } from '../problems.ts';

/** What each code means, beside its title: the paragraph of docs/problems.md. */
export const meanings: Readonly<Record<ProblemCode, string>> = {
${rows.join('')}};
`;
}

function meanings(): ReadonlyMap<string, string> {
  const doc = readFileSync(new URL('docs/problems.md', root), 'utf8');
  const found = doc.matchAll(
    /^### (\S+)\n\n\*\*[\s\S]+?\*\* \((?:error|warning|notice)\)\. ?([\s\S]*?)(?=\n\n|$)/gm,
  );
  return new Map([...found].map(([, code = '', text = '']) => [code, plain(text)]));
}

/** Without the marks of Markdown. */
function plain(text: string): string {
  return text
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll('`', '')
    .replace(/\s+/g, ' ')
    .trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) writeFileSync(file, meaningsFile());
  else if (readFileSync(file, 'utf8') !== meaningsFile()) {
    process.stderr.write(
      'src/core/doctor/meanings.ts is not what docs/problems.md gives: run scripts/generate/meanings.ts\n',
    );
    process.exitCode = 1;
  }
}
