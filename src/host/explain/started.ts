import { readFileSync } from 'node:fs';
import { choose } from '../../core/diagnose/choose.ts';
import type { Course } from '../../core/diagnose/execute.ts';
import type { Explanation } from '../../core/diagnose/explanation.ts';
import type { Found, FoundFile, KernelState } from '../../core/diagnose/facts.ts';
import { rowOf } from '../../core/diagnose/platform.ts';
import { isQemu, type StartedFacts } from '../../core/diagnose/started.ts';
import { parseUserland, type Userland } from '../../core/diagnose/userland.ts';
import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import type { Access } from '../../core/kernel/container-access.ts';
import { parseKernelVersion } from '../../core/kernel/kernel-version.ts';
import { amd64Levels } from '../../core/platforms/amd64-levels.ts';
import { judgeForeign } from '../files/foreign-trust.ts';
import { probeBytes } from '../probe/files.ts';
import { cpuInfo, kernelRelease } from '../system/identity.ts';
import { libraryFaults } from './libraries.ts';
import { type Eyes, lookAt, readTextAt } from './look.ts';
import type { Prover } from './prove.ts';

/** Finds out what becomes of a program after the kernel has started it; null where there is none. */
export async function startedFacts(
  one: Explanation,
  course: Course,
  eyes: Eyes,
  { prover, state }: { readonly prover: Prover | null; readonly state: KernelState },
): Promise<StartedFacts | null> {
  const program = programOf(course);
  if (program === null) return null;
  const elf = program.what?.kind === 'elf' ? program.what : null;
  const { entry } = one;
  const guest = entry !== null && elf !== null && isQemu(entry);
  const prefixes = guest ? prefixesFor(elf.target ?? '') : [];
  const loader = guest && elf.loader !== null ? elf.loader : null;
  const lacksLoader = loader === null || (await isSomewhere(loader, eyes, prefixes)) ? null : loader;
  const looksForLibraries = elf !== null && lacksLoader === null && (entry === null || guest);
  const { isaLevel = null } = elf?.notes ?? {};
  return {
    program,
    lacksLoader,
    interpreterLoader: loaderOf(course),
    lacksProgram: await lackedByEnv(course, eyes),
    libraries: looksForLibraries ? await libraryFaults(program, eyes, [...prefixes, eyes.root]) : [],
    cpuLevel: isaLevel !== null && isaLevel > 1 && entry === null ? amd64Levels(cpuInfo()).length + 1 : null,
    kernel: entry?.flags.includes('P') ? parseKernelVersion(kernelRelease()) : null,
    proof: entry === null ? null : await proofOf(program, entry, state, prover),
    access: entry === null ? null : await accessOf(entry.interpreter),
    userland: entry === null || eyes.root === '/' ? null : await userlandOf(eyes.root),
  };
}

/** The file that the first entry takes, or the one that the kernel starts itself. */
function programOf({ steps }: Course): FoundFile | null {
  const step =
    steps.find(({ choice }) => choice?.entry != null) ?? steps.findLast(({ ask }) => ask.role !== 'loader');
  return step?.found.kind === 'file' ? step.found : null;
}

/** Of the interpreter of the entry. */
function loaderOf({ steps }: Course): string | null {
  const found = steps.find(({ ask }) => ask.role === 'handler')?.found;
  const elf = found?.kind === 'file' ? found.elf : null;
  return elf?.kind === 'program' ? elf.loader : null;
}

/** What env(1) of a `#!` line would not find; null for every other script. In another root the usual PATH counts. */
async function lackedByEnv({ steps }: Course, eyes: Eyes): Promise<string | null> {
  const at = steps.findIndex(({ ask }) => ask.role === 'script-interpreter' && /\/env$/.test(ask.path));
  const script = steps[at - 1]?.found;
  const what = script?.kind === 'file' ? script.what : null;
  if (what?.kind !== 'script' || what.argument === null) return null;
  // Options and variables of env's own are not gone into, but for the usual -S.
  const name = /^(?:-S\s*)?([^\s=/'"$\\-][^\s='"$\\/]*)(?:\s|$)/.exec(what.argument)?.[1];
  if (name === undefined) return null;
  const path = eyes.root === '/' ? process.env.PATH : undefined;
  for (const dir of (path ?? usualPath).split(':')) {
    const found = await lookAt(`${bytesOf(dir === '' ? '.' : dir)}/${name}`, eyes);
    if (found.kind === 'unseen' || (found.kind === 'file' && found.barred === null)) return null;
  }
  return name;
}

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where QEMU looks for what belongs to the guest, before the root: what it was told, and what distributions build in. */
function prefixesFor(target: string): readonly string[] {
  const told = process.env.QEMU_LD_PREFIX;
  return [
    ...(told === undefined || told === '' ? [] : [bytesOf(told)]),
    `/etc/qemu-binfmt/${target}`,
    `/usr/gnemul/qemu-${target}`,
  ];
}

async function isSomewhere(path: string, eyes: Eyes, prefixes: readonly string[]): Promise<boolean> {
  const found: Found[] = [];
  for (const root of [eyes.root, ...prefixes]) found.push(await lookAt(path, { ...eyes, root }));
  return found.some(({ kind }) => kind === 'file' || kind === 'unseen');
}

async function proofOf(
  program: FoundFile,
  { name, interpreter, flags }: NonNullable<Explanation['entry']>,
  state: KernelState,
  prover: Prover | null,
): Promise<StartedFacts['proof']> {
  if (prover === null) return { kind: 'none', why: 'it was not asked' };
  const row = program.head === null ? null : rowOf(program.head);
  if (row === null) return { kind: 'none', why: 'no program is known that would prove it' };
  const bytes = probeBytes(row.target);
  if (bytes !== null && choose(state, bytes, '').entry?.name !== name)
    return { kind: 'none', why: `another entry takes the program that proves ${row.target}` };
  const trust = await judgeForeign(interpreter, flags);
  if (trust.distrust !== null) return { kind: 'none', why: `it was not run: ${trust.distrust}` };
  const found = await prover.prove(row.target, trust.sure);
  return found?.kind === 'failed' && found.denied
    ? { ...found, detail: `${found.detail}${policySigns()}` }
    : found;
}

/** What this process is under that may deny an exec or a system call. */
function policySigns(): string {
  const filtered = /^Seccomp:\s*2$/m.test(readSmall('/proc/self/status'));
  const profile = readSmall('/proc/self/attr/apparmor/current').trim();
  const signs = [
    ...(filtered ? ['a seccomp filter'] : []),
    ...(profile === '' || profile === 'unconfined' ? [] : [`the AppArmor profile ${profile}`]),
  ];
  return signs.length === 0 ? '' : `; this process is under ${signs.join(' and ')}`;
}

function readSmall(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** What containers may do is only asked where SELinux is. */
async function accessOf(interpreter: string): Promise<Access | null> {
  if (!/\bselinuxfs$/m.test(readFileSync('/proc/filesystems', 'latin1'))) return null;
  const { createSelinux } = await import('../selinux/selinux.ts');
  const { judgeLabel } = await import('../selinux/label.ts');
  return judgeLabel(textOf(interpreter), createSelinux(null));
}

async function userlandOf(root: string): Promise<Userland | null> {
  for (const file of ['/etc/os-release', '/usr/lib/os-release']) {
    const text = await readTextAt(file, root);
    if (text !== '') return parseUserland(text);
  }
  return null;
}
