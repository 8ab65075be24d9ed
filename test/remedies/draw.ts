import { type ProblemCode, problemCatalogue } from '../../src/core/problems.ts';
import { commandsIn } from '../../src/core/text/typed.ts';
import type { Row } from './row.ts';
import { table } from './table.ts';

/** The document: each code with its cause and the line of its remedy that a test types. */
export function drawRemedies(): string {
  const codes = Object.keys(problemCatalogue) as ProblemCode[];
  const rows = codes.map((code) => {
    const row = table[code];
    return row === undefined ? `| ${code} | | |` : cells(code, row);
  });
  const count = (kind: Row['kind']): number => codes.filter((code) => table[code]?.kind === kind).length;
  return `${preface}
Of ${codes.length} codes ${count('typed')} are carried out by \`test/remedies\`, ${count('elsewhere')} by another test,
${count('vm')} in a virtual machine; ${count('advice')} are advice, and of ${count('untried')} no test makes the cause yet.

| code | cause | typed, or why not |
|---|---|---|
${rows.join('\n')}
`;
}

const preface = `# Remedies that were tried

Every problem has a remedy ([problems.md](problems.md)). \`test/remedies\` makes the causes for real, in private instances, and types
the lines of the remedies as they were printed, in a shell that has \`binfmt-keeper\` on its PATH; then the problem has to be gone.
\`node test/remedies/run.ts\` makes this file, and a test fails on a code without a row.
`;

function cells(code: ProblemCode, row: Row): string {
  const name = `[${code}](problems.md#${code})`;
  if (row.kind === 'advice') return `| ${name} | | advice: ${row.why} |`;
  if (row.kind === 'untried') return `| ${name} | | not tried: ${row.why} |`;
  if (row.kind !== 'typed') return `| ${name} | in \`${row.file}\` | ${row.name} |`;
  const lines = commandsIn(problemCatalogue[code].remedy);
  return row.ways
    .map(({ cause, types }) => {
      const line = lines.find((one) => types.test(one)) ?? lines.find((one) => types.test(filled(one)));
      return `| ${name} | ${cause} | \`${(line ?? '').replaceAll('|', '\\|')}\` |`;
    })
    .join('\n');
}

/** As it is where the words stand for values. */
function filled(line: string): string {
  return line.replace('NAME', 'theirs');
}
