import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { projectFiles } from '../scripts/generate/project-files.ts';
import { readLine } from '../src/cli/line/read-line.ts';
import { parseDropIn } from '../src/core/drop-in/drop-in.ts';
import { isDropIn } from '../src/core/drop-in/words.ts';
import { problemCatalogue } from '../src/core/problems.ts';
import { root } from './architecture/imports.ts';
import { anchorsOf, documents, linesOf } from './documents.ts';

process.chdir(root);

test('every link between documents leads somewhere', () => {
  const lost: string[] = [];
  for (const file of documents) {
    for (const { place, text, block } of linesOf(file)) {
      if (block !== null) continue;
      for (const [, to = ''] of text.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g))
        if (!/^[a-z]+:/.test(to) && !leads(dirname(file), to, file)) lost.push(`${place}: ${to}`);
    }
  }
  assert.deepEqual(lost, []);
});

test('every document that programs, alerts and units name is there', () => {
  const lost: string[] = [];
  for (const file of projectFiles(root).filter((f) =>
    /^(src|scripts|systemd|monitoring|container|man)\//.test(f),
  )) {
    for (const [to] of readFileSync(file, 'utf8').matchAll(/\bdocs\/[\w-]+\.(?:md|json|yaml)(?:#[\w-]+)?/g))
      if (!leads('.', to, file)) lost.push(`${file}: ${to}`);
  }
  assert.deepEqual(lost, []);
});

test('every command of ours that a document or a remedy shows is understood', async () => {
  const wrong: string[] = [];
  const lines = [...shown()];
  assert.ok(lines.length > 60, `only ${lines.length} were found`);
  for (const [place, line] of lines) {
    const why = await misunderstood(wordsOf(line));
    if (why !== null) wrong.push(`${place}: ${line}: ${why}`);
  }
  assert.deepEqual(wrong, []);
});

test('every npm script that a document shows is there', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const file of documents) {
    for (const { place, text } of linesOf(file))
      for (const [line, name = ''] of text.matchAll(/\bnpm run ([a-z:]+)/g))
        assert.ok(name in scripts, `${place}: ${line}`);
  }
});

function leads(from: string, to: string, self: string): boolean {
  const [path = '', anchor] = to.split('#');
  const file = path === '' ? self : relative('.', join(from, path));
  if (!existsSync(file)) return false;
  return anchor === undefined || !file.endsWith('.md') || anchorsOf(file).has(anchor);
}

/** What stands after `binfmt-keeper`, or after another way to call it, wherever that is shown to be typed. */
function* shown(): Generator<[place: string, line: string]> {
  for (const file of documents) {
    const lines = linesOf(file);
    for (const [at, { place, text, block }] of lines.entries()) {
      const complaint = /^(Try|binfmt-keeper): /.test(lines[at + 1]?.text ?? '');
      if (
        ['sh', 'bash'].includes(block ?? '') ||
        (block === 'console' && text.startsWith('$ ') && !complaint)
      )
        yield* calls(place, text.replace(/^\$ /, ''));
      if (block === null) for (const [, code = ''] of text.matchAll(/`([^`]+)`/g)) yield* calls(place, code);
    }
  }
  for (const [code, { remedy }] of Object.entries(problemCatalogue))
    for (const [, line = ''] of remedy.matchAll(/\{keeper\} ([^.,;:)`]+)/g)) yield [code, line];
}

/** Our own part of what a shell is given: `podman exec NAME binfmt-keeper status >file` has `status`. */
function* calls(place: string, code: string): Generator<[string, string]> {
  const [typed = ''] = code.split(/(?:^|\s)#/);
  for (const part of typed.split(/[;|&><()]+/)) {
    const [, line] = called.exec(part.trim()) ?? [];
    if (line !== undefined) yield [place, line];
  }
}

const called =
  /^(?:(?:sudo )?binfmt-keeper|.* (?:exec .*|-- )binfmt-keeper|(?:.* )?node (?:\S*\/)?dist\/main\.mjs|.* (?:IMAGE|ghcr\.io\/OWNER\/binfmt-keeper:\S+)) +(.+)$/;

function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare?.replace('SHELL', 'bash') ?? '',
  );
}

async function misunderstood(words: readonly string[]): Promise<string | null> {
  if (isDropIn(words)) {
    const read = parseDropIn(words);
    return read.kind === 'wrong' ? JSON.stringify(read) : null;
  }
  const read = await readLine(words);
  return read.kind === 'misused' ? read.faults.join('; ') : null;
}
