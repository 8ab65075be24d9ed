import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { command, type Ended } from './host.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: {
    readonly steps: readonly { readonly env: Readonly<Record<string, string>>; readonly run: string }[];
  };
}

/** Runs the steps of action.yml as a runner of GitHub would, with podman; returns the outputs, too. */
export function runAction(
  inputs: Readonly<Record<string, string>>,
): Ended & { readonly outputs: Readonly<Record<string, string>> } {
  const action: Action = parse(readFileSync(join(root, 'action.yml'), 'utf8'));
  const given = Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [name, inputs[name] ?? input.default]),
  );
  const directory = mkdtempSync(join(tmpdir(), 'binfmt-keeper-action-'));
  try {
    const output = join(directory, 'output');
    writeFileSync(output, '');
    let ended: Ended = { status: null, stdout: '', stderr: 'no steps' };
    for (const { env, run } of action.runs.steps) {
      const values = Object.entries(env).map(
        ([name, text]) =>
          `${name}=${text.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, key: string) => given[key] ?? '')}`,
      );
      const script = join(directory, 'step.sh');
      writeFileSync(script, run);
      const runner = [`GITHUB_ACTION_PATH=${root}`, `GITHUB_OUTPUT=${output}`, 'DOCKER=podman'];
      ended = command('env', ...runner, ...values, 'sh', '-e', script);
      if (ended.status !== 0) break;
    }
    const lines = readFileSync(output, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    return { ...ended, outputs: Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
