import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { completion } from '../../../src/cli/completion/completion.ts';
import { commands } from '../../../src/cli/line/command-table.ts';

/** What a shell offers for a line whose last word is being typed. */
type Offer = (words: readonly string[]) => readonly string[];

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

describe('completion', () => {
  let directory: string;
  let bashScript: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'binfmt-keeper-completion-'));
    bashScript = join(directory, 'bash');
    writeFileSync(bashScript, completion('bash'));
    writeFileSync(join(directory, 'fish'), completion('fish'));
    writeFileSync(join(directory, '_binfmt-keeper'), completion('zsh'));
    writeFileSync(join(directory, 'my config.yaml'), '{}');
  });
  after(() => rmSync(directory, { recursive: true }));

  const run = (shell: string, args: readonly string[]): readonly string[] => {
    const { stdout, stderr, status } = spawnSync(shell, args, {
      cwd: directory,
      encoding: 'utf8',
      timeout: 30_000,
    });
    assert.equal(stderr, '');
    assert.equal(status, 0);
    return stdout.split('\n').filter((line) => line !== '');
  };

  /** bash takes words apart at =, as COMP_WORDBREAKS says. */
  const bash: Offer = (words) => {
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _binfmt_keeper
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '-c', script, 'bash', bashScript, 'binfmt-keeper', ...words]);
  };
  const fish: Offer = (words) => {
    const line = ['binfmt-keeper', ...words].join(' ');
    const script = `source fish; complete -C ${JSON.stringify(line)}`;
    return run('fish', ['--no-config', '-c', script]).map((l) => l.split('\t')[0] ?? '');
  };

  const expectations = (offer: Offer, shell: string): void => {
    const top = [...new Set(commands.map((c) => c.name.split(' ')[0] ?? ''))];
    assert.deepEqual([...offer([''])].sort(), [...top].sort(), 'commands');
    assert.deepEqual(offer(['stat']), ['status']);
    assert.deepEqual([...offer(['config', ''])].sort(), ['check', 'schema', 'show']);
    assert.deepEqual([...offer(['completion', ''])].sort(), ['bash', 'fish', 'zsh']);
    for (const command of ['install', 'uninstall', 'probe'])
      assert.deepEqual(offer([command, 'linux/ris']), ['linux/riscv64'], `platforms of ${command}`);
    assert.deepEqual(offer(['install', 'linux/arm64', 'linux/s39']), ['linux/s390x']);
    assert.deepEqual(offer(['status', '--wat']), ['--watch']);
    assert.deepEqual(offer(['run', '--wat']), []);
    assert.deepEqual(offer(['run', '--probe-int']), ['--probe-interval']);
    assert.deepEqual([...offer(['status', '-o', ''])].sort(), ['json', 'table', 'yaml']);
    assert.deepEqual([...offer(['run', '--precedence', ''])].sort(), ['last', 'ours', 'theirs']);
    assert.deepEqual([...offer(['run', '--probe-enabled', ''])].sort(), ['false', 'true']);
    assert.deepEqual(offer(['run', '--platforms', 'linux/arm64,linux/ris']), ['linux/arm64,linux/riscv64']);
    // zsh completes options behind the command only.
    if (shell !== 'zsh') assert.deepEqual(offer(['--config', 'x', 'stat']), ['status']);
    assert.deepEqual(offer(['run', '--resync', '']), []);
  };

  it('works in bash', (t) => {
    if (!has('bash')) return t.skip('bash is not installed');
    expectations(bash, 'bash');
    assert.deepEqual(bash(['run', '--config', 'my']), ['my config.yaml']);
    assert.deepEqual(bash(['run', '--output', '=', 'j']), ['json']);
    assert.deepEqual([...bash(['run', '--output', '='])].sort(), ['json', 'table', 'yaml']);
    assert.deepEqual(bash(['run', '--output', '=', 'json', '--sand']), ['--sandbox']);
  });

  it('works in fish', (t) => {
    if (!has('fish')) return t.skip('fish is not installed');
    expectations(fish, 'fish');
    assert.deepEqual(fish(['run', '--config', 'my']), ['my config.yaml']);
  });

  it('works in zsh', (t) => {
    if (!has('zsh')) return t.skip('zsh is not installed');
    expectations((words) => zshOffers(directory, words), 'zsh');
  });

  it('is sound syntax in every shell that is installed', (t) => {
    for (const [shell, file] of [
      ['bash', 'bash'],
      ['zsh', '_binfmt-keeper'],
      ['fish', 'fish'],
    ] as const) {
      if (!has(shell)) t.diagnostic(`${shell} is not installed`);
      else assert.deepEqual(run(shell, ['-n', file]), [], shell);
    }
  });
});

/**
 * zsh completes only where a line is edited, so one is, in a pseudo terminal of zsh's own (zsh/zpty). What is offered
 * passes through compadd, the only way for it, and is written down there.
 */
function zshOffers(directory: string, words: readonly string[]): readonly string[] {
  const offers = join(directory, 'offers');
  const init = join(directory, 'init.zsh');
  writeFileSync(offers, '');
  writeFileSync(
    init,
    `PS1=
fpath=(${directory} $fpath)
autoload -Uz compinit; compinit -u -d ${directory}/zcompdump
bindkey '^I' complete-word
compadd() {
  # with these it only fills arrays for the completion system itself
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a found
  builtin compadd -O found "$@"
  print -rl -- $found >>${offers}
  builtin compadd "$@"
}
finished() { exit }
comppostfuncs=(finished)
print ready
`,
  );
  const script = `zmodload zsh/zpty
    zpty z zsh -f -i
    zpty -w z "source ${init}"
    zpty -r z said '*ready*'
    zpty -w -n z "$1"$'\\t'
    while zpty -r z; do :; done`;
  const line = ['binfmt-keeper', ...words].join(' ');
  spawnSync('zsh', ['-f', '-c', script, 'zsh', line], { cwd: directory, timeout: 30_000 });
  // The beginning of a list is left out: zsh adds it by itself.
  const last = words.at(-1) ?? '';
  const start = last.slice(0, last.lastIndexOf(',') + 1);
  const found = readFileSync(offers, 'utf8').split('\n');
  return [...new Set(found)].filter((word) => word !== '').map((word) => start + word);
}
