import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** How a run of the program ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory that it had, KiB. */
  readonly maxRss: number;
}

/** Hostile input gets neither more time nor more memory than this; both are many times what is needed. */
const limits = { milliseconds: 60_000, kibibytes: 300_000 };

/** Loaded before the program: tells at the end how much memory was used, on a descriptor of its own. */
const meter = `data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));",
)}`;

/** Runs the program within a limit of time. */
export function command(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  prefix: readonly string[] = [],
): Promise<Ended> {
  const line = [...prefix, process.execPath, '--no-warnings', '--import', meter, program, ...args];
  const child = spawn(line[0] ?? '', line.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...clean, ...env },
    timeout: limits.milliseconds,
    killSignal: 'SIGKILL',
  });
  const said = ['', '', '', ''];
  for (const [i, stream] of child.stdio.entries()) {
    if (!(stream instanceof Readable)) continue;
    stream.setEncoding('utf8').on('data', (text: string) => {
      said[i] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      const [, stdout = '', stderr = '', maxRss] = said;
      resolve({ status, signal, stdout, stderr, maxRss: Number(maxRss) });
    });
  });
}

/** The lines of complaint of a run that must have ended with 2, in good order and saying nothing else. */
export function complaints({ status, signal, stdout, stderr, maxRss }: Ended): readonly string[] {
  assert.equal(status, 2, `ended with ${status ?? signal}: ${stderr.slice(0, 2000)}`);
  assert.equal(stdout, '');
  assert.ok(maxRss > 0 && maxRss < limits.kibibytes, `${maxRss} KiB`);
  assert.doesNotMatch(stderr, /^\s+at |node:internal|Error:/m);
  assert.doesNotMatch(stderr, /(?!\n)\p{Cc}/u, JSON.stringify(stderr.slice(0, 2000)));
  return stderr
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('Try: ') && !line.startsWith('  '))
    .map((line) => line.replace(/^binfmt-keeper: /, ''));
}

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...clean } = process.env;
