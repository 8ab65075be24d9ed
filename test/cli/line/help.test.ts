import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Command, commands, dropIns, groups } from '../../../src/cli/line/command-table.ts';
import { helpOf } from '../../../src/cli/line/help.ts';
import { optionsOf } from '../../../src/cli/line/option-list.ts';
import { readLine } from '../../../src/cli/line/read-line.ts';
import { settings } from '../../../src/core/config/options.ts';
import { parseDropIn } from '../../../src/core/drop-in/drop-in.ts';
import { isDropIn } from '../../../src/core/drop-in/words.ts';

const all: readonly Command[] = commands;
const pages = ['', ...Object.keys(groups), ...all.map((c) => c.name)];
/** What a shell would hand over; the examples use no quotes but single ones round one word. */
const wordsOf = (line: string): string[] =>
  (line.split(/ [>|]/)[0] ?? '').split(' ').map((w) => w.replace(/^'(.*)'$/, '$1'));

describe('help', () => {
  it('fits into 80 columns', () => {
    for (const name of pages)
      assert.deepEqual(
        helpOf(name, 80)
          .split('\n')
          .filter((line) => line.length > 80),
        [],
        name,
      );
  });

  it('of every command has at least two examples, all of which it shows', () => {
    for (const { name, examples } of all) {
      assert.ok(examples.length >= 2, name);
      const help = helpOf(name, 200);
      for (const [line, does] of examples) {
        assert.ok(help.includes(`binfmt-keeper ${line}\n`), line);
        assert.ok(help.includes(does), does);
      }
    }
  });

  it('of every command names each of its options, or where they are listed', () => {
    for (const command of all) {
      const help = helpOf(command.name);
      const listed = optionsOf(command).filter(
        (o) => o.group !== 'settings' || command.listsSettings === true,
      );
      for (const { flag } of listed)
        assert.match(help, new RegExp(`(^|\\s)${flag}(\\s|$)`, 'm'), command.name);
    }
    for (const { flag } of settings) assert.ok(helpOf('run').includes(`  ${flag} `), flag);
  });

  it('of the program names every command, and older spellings with at least two examples', () => {
    const help = helpOf('');
    for (const { name, summary } of all)
      assert.ok(help.includes(`  ${name} `) && help.includes(summary.slice(0, 30)), name);
    assert.ok(dropIns.length >= 2);
    for (const [line] of dropIns) assert.ok(help.includes(`binfmt-keeper ${line}\n`), line);
  });

  it('shows no example that the command line does not understand', async () => {
    for (const { name, examples } of all) {
      for (const [line] of examples) {
        const read = await readLine(wordsOf(line));
        assert.equal(read.kind === 'command' ? read.command.name : JSON.stringify(read), name, line);
      }
    }
    for (const [line] of dropIns) {
      assert.ok(isDropIn(wordsOf(line)), line);
      assert.notEqual(parseDropIn(wordsOf(line)).kind, 'wrong', line);
    }
  });

  it('comes for every command by --help and -h, whatever else is wrong with the line', async () => {
    for (const { name } of all) {
      for (const flag of ['--help', '-h'])
        assert.deepEqual(await readLine([...name.split(' '), flag, '--nonsense']), {
          kind: 'help',
          words: name,
        });
    }
    assert.deepEqual(await readLine(['--help']), { kind: 'help', words: '' });
    assert.deepEqual(await readLine(['config', '--help']), { kind: 'help', words: 'config' });
  });

  it('is in docs/terminal.md as it is', () => {
    const text = readFileSync(new URL('../../../docs/terminal.md', import.meta.url), 'utf8');
    for (const words of ['', 'status'])
      assert.ok(text.includes(`--help\n${helpOf(words)}\`\`\``), `binfmt-keeper ${words} --help`);
  });
});
