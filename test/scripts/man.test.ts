import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { manualPages } from '../../scripts/generate/man.ts';
import { commands } from '../../src/cli/line/command-table.ts';
import { settings } from '../../src/core/config/options.ts';

const root = join(import.meta.dirname, '../..');
const pages = [...manualPages()];

describe('the manual', () => {
  for (const [path, content] of pages) {
    it(`${path} is what the tables say, byte for byte (node scripts/generate/man.ts)`, () => {
      assert.equal(readFileSync(join(root, path), 'utf8'), content);
    });

    it(`${path} is set by groff without a warning`, (t) => {
      const { status, stderr, error } = spawnSync('groff', ['-man', '-Tutf8', '-ww', path], {
        cwd: root,
        encoding: 'utf8',
      });
      if (error) return t.skip('groff is not installed');
      assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    });

    it(`${path} is shown by man without a warning`, (t) => {
      const env = { ...process.env, MANROFFSEQ: '', MANWIDTH: '80', LC_ALL: 'C.UTF-8' };
      const { status, stderr, error } = spawnSync('man', ['--warnings', '-l', path], {
        cwd: root,
        encoding: 'utf8',
        env,
      });
      if (error) return t.skip('man is not installed');
      assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    });
  }

  it('shows every command, option and setting as it is typed', (t) => {
    const shown = (path: string): string => {
      const { stdout, error } = spawnSync('groff', ['-man', '-Tutf8', '-P-cbou', '-rLL=200n', path], {
        cwd: root,
        encoding: 'utf8',
      });
      return error ? '' : stdout.replaceAll(/\s+/g, ' ');
    };
    const program = shown('man/binfmt-keeper.8');
    if (program === '') return t.skip('groff is not installed');
    for (const { name, examples } of commands) {
      assert.ok(program.includes(`binfmt-keeper ${name}`), name);
      for (const [line] of examples) assert.ok(program.includes(`binfmt-keeper ${line}`), line);
    }
    const file = shown('man/binfmt-keeper.yaml.5');
    for (const { config, flag, env } of settings)
      for (const word of [config, flag, env]) assert.ok(file.includes(word), word);
  });
});
