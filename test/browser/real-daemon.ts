import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { awayFromHost } from '../away.ts';

/** Entries of others: a name that would be markup, and one that a terminal would obey. */
export const foreignNames = ['<b onclick=x>&"\'', 'two\nlines\u001b[31m'] as const;

/** The real daemon behind its own HTTP server, in a user and mount namespace of its own. */
export interface RealDaemon {
  /** Carries out one order of daemon.child.ts and returns what it says. */
  order(word: 'start' | 'flush' | 'foreign' | 'kill'): Promise<string>;
  end(): Promise<void>;
}

/** Makes the namespace; no daemon runs in it yet. */
export function openRealDaemon(): RealDaemon {
  const dir = mkdtempSync(join(tmpdir(), 'binfmt-keeper-page-'));
  const program = fileURLToPath(new URL('daemon.child.ts', import.meta.url));
  // The daemon refuses variables of its name that it does not know.
  const { NODE_TEST_CONTEXT: _, BINFMT_KEEPER_ARTIFACTS: __, ...env } = process.env;
  const child = spawn(
    'env',
    [
      ...awayFromHost(),
      'unshare',
      '-Urm',
      '--propagation',
      'private',
      process.execPath,
      '--no-warnings',
      program,
      dir,
    ],
    { env, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout });
  const closed = once(child, 'close');
  return {
    async order(word) {
      const answered = once(lines, 'line');
      child.stdin.write(`${word}\n`);
      const ended = closed.then(() => ['failed: the namespace ended']);
      const [answer] = await Promise.race([answered, ended]);
      if (String(answer).startsWith('failed')) throw new Error(`${word} ${answer}`);
      return String(answer);
    },
    async end() {
      child.stdin.end();
      await closed;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
