/**
 * `npm run test:fresh [-- NAME… | --all]`: what a newcomer does, in fresh root file systems: `npm start` until it is ready
 * and `npm test` to its end, with every npm from 9 to 11, on Node 20.19 to 26, as root and as a user. Needs root and mmdebstrap. Without
 * arguments all six take the short tests only; `--all` runs all of them everywhere.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { enter } from './enter.ts';
import { homes, kinds, makeBase, makeClone, makeRoot, must, uids } from './roots.ts';

type Who = keyof typeof uids;
interface Case {
  readonly name: string;
  readonly kind: string;
  readonly who: Who;
  readonly steps: readonly string[];
}

if (process.env.FRESH_INSIDE === undefined) {
  // Mounts of the matrix are seen by nobody else and end with it.
  const self = [process.execPath, ...process.argv.slice(1)];
  const { status } = spawnSync('unshare', ['--mount', '--propagation', 'private', ...self], {
    stdio: 'inherit',
    env: { ...process.env, FRESH_INSIDE: '1' },
  });
  process.exit(status ?? 1);
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false }, scratch: { type: 'string' } },
});
const short = 'test:core';
const test = (kind: string, who: Who, ...before: string[]): Case => ({
  name: `${kind}-${who}`,
  kind,
  who,
  steps: [...before, 'start', ...(values.all ? ['qemu', 'test'] : [short])],
});
const cases: readonly Case[] = [
  { name: 'old-user', kind: 'old', who: 'user', steps: ['old'] },
  test('debian12', 'user', 'offline', 'interrupted'),
  test('debian13', 'root', 'killed'),
  test('newest', 'user', 'interrupted'),
  test('debian12', 'root', 'killed'),
  test('debian13', 'user', 'interrupted'),
  test('newest', 'root', 'killed'),
];

const chosen = cases.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length === 0)
  throw new Error(`no such case; there are ${cases.map(({ name }) => name).join(', ')}`);
const scratch = values.scratch ?? mkdtempSync(join(tmpdir(), 'binfmt-keeper-fresh-'));
mkdirSync(scratch, { recursive: true });
const rows: string[][] = [];
let failed = 0;
try {
  const clone = join(scratch, 'clone');
  makeClone(clone);
  for (const { kind } of chosen) makeBase(scratch, kindOf(kind));
  const waiting = [...chosen];
  const takeNext = async (port: number): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await runCase(next, clone, port);
  };
  const port = 20_000 + 2 * (process.pid % 10_000); // roots share this machine's network
  await Promise.all([takeNext(port), takeNext(port + 1)]); // two at a time: one alone leaves a core idle now and then
} finally {
  if (values.scratch === undefined) rmSync(scratch, { recursive: true, force: true });
}
console.log(`\n${table([['root', 'as', 'step', 'took', 'outcome'], ...rows])}`);
process.exitCode = failed > 0 ? 1 : 0;

async function runCase({ name, kind, who, steps }: Case, clone: string, port: number): Promise<void> {
  const directory = join(scratch, name);
  const root = makeRoot(scratch, directory, kindOf(kind), who, clone);
  const logFile = join(scratch, `${name}.log`);
  rmSync(logFile, { force: true });
  const log = openSync(logFile, 'a');
  const run = (as: Who, these: readonly string[]): Promise<number | null> => {
    const inside = ['node', '/opt/inside.mjs', `${homes[who]}/binfmt-keeper`, String(port), ...these];
    // The shell is there to reap what loses its parent.
    return enter(root, uids[as], ['sh', '-c', '"$@"; exit $?', 'sh', ...inside], environment(homes[as]), log);
  };
  let status: number | null = 0;
  // Installing is root's, whoever the newcomer is.
  for (const step of steps) if (status === 0) status = await run(step === 'qemu' ? 'root' : who, [step]);
  closeSync(log);
  const text = readFileSync(logFile, 'utf8');
  const outcomes = text
    .split('\n')
    .flatMap((line) => (line.startsWith('{"step":') ? [JSON.parse(line)] : []));
  for (const { step, words, seconds, well, note } of outcomes) {
    const outcome = well ? ['well', note].filter((part) => part !== '').join(': ') : `failed: ${note}`;
    const row = [kindOf(kind).name, who, [step, ...words].join(' '), `${seconds} s`, outcome];
    rows.push(row);
    console.log(row.join(' · '));
  }
  if (status !== 0) {
    failed++;
    console.log(`${name} failed (${status}):\n${text}`);
  }
  must('umount', [root]);
  rmSync(directory, { recursive: true, force: true });
}

/** Of this machine's environment what leads to the network: npm's settings, certificates and proxies. */
function environment(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|.*_proxy|.*_PROXY)$/.test(name),
  );
  const path = '/opt/node/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return { ...Object.fromEntries(kept), HOME: home, PATH: path, LANG: 'C.UTF-8', NO_COLOR: '1' };
}

function kindOf(name: string): (typeof kinds)[string] & object {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

function table(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
