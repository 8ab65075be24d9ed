import { createInterface } from 'node:readline/promises';
import type { Diagnosis } from '../../core/doctor/diagnosis.ts';
import { type SafeRemedy, safeRemedies } from '../../core/doctor/remedies.ts';
import { visible } from '../../core/text/visible.ts';
import { runChild } from '../../host/system/child.ts';
import type { Context } from '../terminal/context.ts';

/** Shows the safe remedies and applies them where that is wanted; whether any was applied. */
export async function fix(context: Context, { findings }: Diagnosis, main: string): Promise<boolean> {
  const remedies = safeRemedies(findings, main);
  if (remedies.length === 0) {
    context.err('binfmt-keeper: no finding has a remedy that is safe to apply by itself\n');
    return false;
  }
  context.err(
    `binfmt-keeper: to be done:\n${remedies.map(({ command, code }) => `  ${command}    # ${code}\n`).join('')}`,
  );
  if (!(await wanted(context))) return false;
  for (const remedy of remedies) await apply(context, remedy);
  return true;
}

async function wanted(context: Context): Promise<boolean> {
  if (context.flags.yes === true) return true;
  if (process.stdin.isTTY !== true) {
    context.err('binfmt-keeper: nothing was done; to have it done: --fix --yes\n');
    return false;
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await asking.question('binfmt-keeper: do it? [y/N] ')).trim());
  } catch {
    return false; // Ctrl-C, Ctrl-D
  } finally {
    asking.close();
  }
}

/** A mount may wait for a file system that hangs. */
const limitMs = 10_000;

async function apply(context: Context, { command }: SafeRemedy): Promise<void> {
  const { status, stderr, timedOut } = await runChild('sh', ['-c', command], { timeoutMs: limitMs });
  const why = timedOut ? 'it does not end' : visible(stderr.trim());
  context.err(
    status === 0 ? `binfmt-keeper: done: ${command}\n` : `binfmt-keeper: failed: ${command}: ${why}\n`,
  );
}
