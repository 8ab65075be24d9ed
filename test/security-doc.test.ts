import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs/security.md'), 'utf8');

describe('docs/security.md', () => {
  test('names tests that are there', () => {
    const rows = [...text.matchAll(/^\|.*\| `(test\/[^`]+)`: (.+) \|$/gm)];
    assert.ok(rows.length > 30);
    for (const [, file = '', name = ''] of rows) {
      const names = testNames(readFileSync(join(root, file), 'utf8'));
      assert.ok(
        names.some((one) => one.test(name)),
        `${file} has no test of this whole name: ${name}`,
      );
    }
    for (const [, file = ''] of text.matchAll(/`(test\/[^`]+\.ts)`/g))
      assert.ok(existsSync(join(root, file)), file);
  });

  test('names every file that starts programs', () => {
    const start = sources((code) => /^import (?!type).*'node:child_process'/m.test(code));
    assert.deepEqual(namedUnder('Programs that are started'), start);
  });

  test('names every file that opens, makes or changes something by a path', () => {
    const open = sources(
      (code) =>
        importsOf(code, /node:fs(?:\/promises)?/).some((name) => !harmless.has(name)) ||
        importsOf(code, /chokidar/).length > 0 ||
        /import\('(?:node:fs|node:fs\/promises|chokidar)'\)/.test(code) ||
        /\blibc\??\.(?:mount|mountDetached|createExclusive|setAttribute|sendDatagram)\(/.test(code) ||
        /\brunChild\(/.test(code),
    );
    const named = namedUnder('Files that are opened, made or changed');
    const lacking = open.filter((file) => !named.includes(file));
    assert.deepEqual(lacking, []);
    // Who does so by another file may be named as well.
    const gone = named.filter((file) => !existsSync(join(root, file)));
    assert.deepEqual(gone, []);
  });
});

/** What only looks, or works on what is open already. */
const harmless: ReadonlySet<string> = new Set(
  `access accessSync closeSync constants existsSync fstatSync lstat lstatSync readSync readlink readlinkSync realpath
   realpathSync stat statSync writeSync`.split(/\s+/),
);

/**
 * The names of the tests in a file, as patterns: `${…}` stands for what a table gives. In docs/security.md it is
 * written as an ellipsis.
 */
function testNames(code: string): readonly RegExp[] {
  const quoted = [...code.matchAll(/(?<=^|[\s([])(['"`])((?:\\.|(?!\1)[^\\\n])+)\1(?=\s*[:,\]])/gm)].map(
    ([, , name = '']) => name,
  );
  return quoted
    .map((name) => name.replaceAll(/\\(['"`])/g, '$1'))
    .filter((name) => name.includes(' '))
    .map(
      (name) =>
        new RegExp(
          `^${name
            .split(/\$\{[^}]*\}/)
            .map(escaped)
            .join('…')}$`,
        ),
    );
}

function escaped(words: string): string {
  return words.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Files of src whose code fits, in order. */
function sources(fits: (code: string) => boolean): readonly string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name}`)
    .filter((file) => file.endsWith('.ts') && fits(readFileSync(join(root, file), 'utf8')))
    .toSorted();
}

/** What is imported as a value from a module; a whole module is `*`. */
function importsOf(code: string, module: RegExp): readonly string[] {
  const lines = code.matchAll(new RegExp(`^import (?!type )([^;]*?) from '(?:${module.source})';`, 'gm'));
  return [...lines].flatMap(([, what = '']) =>
    what.startsWith('{')
      ? what
          .replaceAll(/[{}\n]/g, ' ')
          .split(',')
          .map((one) => one.trim())
          .filter((one) => one !== '' && !one.startsWith('type '))
          .map((one) => one.split(' as ')[0] ?? one)
      : ['*'],
  );
}

/** The files in the rows of a section, in order. */
function namedUnder(heading: string): readonly string[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows
    .flatMap((row) => [...row.matchAll(/`(src\/[^`]+\.ts)`/g)].map(([, file = '']) => file))
    .toSorted();
}
