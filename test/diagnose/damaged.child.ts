import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { explainCourse } from '../../src/core/diagnose/explain.ts';
import { rowFor, siblingFor } from '../../src/core/diagnose/platform.ts';
import type { Where } from '../../src/core/diagnose/where.ts';
import type { NativeHost } from '../../src/core/native/acceptance.ts';
import { courseOf } from '../../src/host/explain/course.ts';
import { createProver } from '../../src/host/explain/prove.ts';
import { hostArchitecture } from '../../src/host/system/identity.ts';
import { makeFiles } from './agreement-files.ts';
import { makeDirectories } from './agreement-states.ts';
import { executor, kernelsWord } from './exec-errno.ts';

/** Damages headers of programs and lines of scripts at random, by a seed, and prints what is told and what the kernel says. */
const [count = '500', seed = '1'] = process.argv.slice(2);
const hands = { main: '', dir: '/mnt/files', noexec: '/mnt/noexec' };
makeDirectories(hands);
makeFiles(hands.dir, hands.noexec);
writeFileSync('/mnt/execute', executor(), { mode: 0o755 });
process.chdir(hands.dir);

const own: NativeHost = { ...hostArchitecture(), sibling: null };
const sibling = siblingFor(own);
const prover = createProver(rowFor(own)?.target ?? null, 10_000);
const native = sibling !== null && (await prover.runsAlone(sibling.target)) ? { ...own, sibling } : own;
const where: Where = {
  state: { native, entries: [], enabled: true },
  ...{ host: 'this', main: null, unseen: null, isPrivate: true, root: '/' },
};

/** Numerical Recipes' generator: the same files for the same seed. */
let state = Number(seed) >>> 0;
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const bases = [
  'native',
  'dynamic',
  'loader-missing',
  'loader-text',
  'app-i386',
  'script',
  'script-argument',
].map((name) => readFileSync(name));
const headers = 84;
const edges = [0, 1, 2, 3, 0x23, 0x0a, 0x20, 0x7f, 0x80, 0xff, 56, 64];
for (let at = 0; at < Number(count); at += 1) {
  const bytes = Buffer.from(bases[random(bases.length)] ?? Buffer.alloc(0));
  for (let left = 1 + random(3); left > 0; left -= 1) {
    // Headers alone: what the code becomes says nothing, and its exit status might pass for an errno.
    const place = random(Math.min(bytes.length, bytes[0] === 0x7f ? headers : 400));
    bytes[place] = random(2) === 0 ? (edges[random(edges.length)] ?? 0) : random(256);
  }
  const file = random(8) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
  const path = `./damaged-${at}`;
  writeFileSync(path, file);
  chmodSync(path, 0o755);
  const { verdict } = explainCourse(
    path,
    await courseOf(path, where.state, { root: '/', cwd: hands.dir, native }),
    where,
  );
  const told = verdict.kind === 'fails' ? verdict.errno : verdict.kind === 'unknown' ? 'unknown' : 'runs';
  const kernel = kernelsWord('/mnt/execute', path, hands.dir);
  const shown = told === kernel ? null : file.subarray(0, 200).toString('hex');
  process.stdout.write(`${JSON.stringify({ at, told, kernel, shown })}\n`);
}
