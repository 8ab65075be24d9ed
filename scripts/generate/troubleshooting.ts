/** Writes the table of printed texts into docs/troubleshooting.md, from src/core/doctor/printed.ts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printed } from '../../src/core/doctor/printed.ts';

const file = new URL('../../docs/troubleshooting.md', import.meta.url);
const start = '<!-- made by scripts/generate/troubleshooting.ts -->\n';
const end = '<!-- end -->\n';

/** The document with the table as it should be. */
export function withTable(document: string): string {
  const [before = '', rest = ''] = document.split(start);
  const [, after = ''] = rest.split(end);
  return `${before}${start}${table()}${end}${after}`;
}

function table(): string {
  const rows = printed.map(({ texts, by, codes, section }) => {
    const links = codes.map((code) => `[${code}](problems.md#${code})`).join(', ');
    const target = section.replace(/^troubleshooting\.md/, '');
    return `| ${texts.map((text) => `\`${text}\``).join(', ')} | ${by} | [explained](${target})${links === '' ? '' : `; ${links}`} |\n`;
  });
  return `| printed | by | see |\n|---|---|---|\n${rows.join('')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(file, withTable(readFileSync(file, 'utf8')));
