import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { judgePath, untrusted } from '../files/trust.ts';
import { runAtOnce, runChild } from '../system/child.ts';
import { type Reached, reach } from '../system/reach.ts';
import { type InterpreterFault, inspectInterpreter, otherMachine } from './elf-file.ts';
import { identityOf } from './hash-cache.ts';

/** A place that was looked at, and why what lies there would not do. */
export interface TriedPlace {
  readonly path: string;
  /** `hung`: it does not answer; `untried`: the host had no room to try; `another`: it leads to a file of another name. */
  readonly code: 'hung' | 'untried' | 'missing' | 'untrusted' | 'another' | 'unfit';
  readonly message: string;
  /** What is wrong with the file that lies there. */
  readonly fault?: Pick<InterpreterFault, 'code' | 'values'>;
}

/** Where an emulator was found, or each place that was looked at. */
export type FoundInterpreter =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly tried: readonly TriedPlace[] };

/**
 * Finds the static emulator of an architecture in directories, the first directory winning, whatever the
 * distribution calls it there; the path has no symlinks.
 */
export async function findInterpreter(
  architecture: { readonly interpreter: string },
  sources: readonly string[],
): Promise<FoundInterpreter> {
  const name = architecture.interpreter;
  const tried: TriedPlace[] = [];
  for (const source of sources) {
    // Once for the directory: a dead server would cost the time limit for each spelling.
    const reached = await reach(source);
    if (!reached.ok) {
      tried.push(unreached(source, reached));
      continue;
    }
    for (const candidate of spellings(name).map((spelling) => join(source, spelling))) {
      const found = await accept(candidate, name);
      if (found.ok) return found;
      tried.push(found.tried);
    }
  }
  return { ok: false, tried };
}

/**
 * The version that `qemu-X --version` prints, such as `7.2.22`; null where it prints none within 5 s. The same file is
 * asked once, or one that hangs would cost its time limit at each reload.
 */
export async function interpreterVersion(path: string): Promise<string | null> {
  const reached = await reach(path);
  const found = reached.ok ? await stat(path, { bigint: true }).catch(() => null) : null;
  if (found === null) return null;
  const key = identityOf(found);
  const known = versions.get(key);
  if (known !== undefined && performance.now() < known.until) return known.version;
  const { stdout, spawnError, timedOut, signal } = await runChild(path, ['--version'], {
    timeoutMs: 5000,
    maxOutput: 4096,
  });
  const version = parseInterpreterVersion(stdout);
  // What could not be started says nothing of the file.
  if (spawnError === undefined) {
    if (versions.size >= mostVersions) versions.clear();
    const silent = version === null && (timedOut || signal !== null);
    const pauseMs = silent ? Math.min((known?.pauseMs ?? firstPauseMs / 2) * 2, lastPauseMs) : Infinity;
    versions.set(key, { version, pauseMs, until: performance.now() + pauseMs });
  }
  return version;
}

/** The same for a command that ends with the answer, where `findInterpreter` has just found the file. */
export function versionAtOnce(path: string): string | null {
  return parseInterpreterVersion(runAtOnce(path, ['--version'], 5000));
}

/** On a busy host it may not have come to an answer: it is asked again after a minute, doubling up to an hour. */
const firstPauseMs = 60_000;
const lastPauseMs = 3_600_000;

const versions = new Map<
  string,
  { readonly version: string | null; readonly pauseMs: number; readonly until: number }
>();
/** Several versions of every architecture. */
const mostVersions = 512;

/** Finds the version in the first line of what an emulator says about itself, the packager's addition left out. */
export function parseInterpreterVersion(text: string): string | null {
  return /^qemu-\S+ version ([0-9]\S*)/.exec(text)?.[1] ?? null;
}

/** Debian and Fedora: `qemu-X-static`; Alpine, Debian 13 and images: `qemu-X`; Debian's wrapper link: `X-binfmt-P`. */
function spellings(name: string): string[] {
  return [`${name}-static`, name, `${name.replace(/^qemu-/, '')}-binfmt-P`];
}

async function accept(
  path: string,
  name: string,
): Promise<
  { readonly ok: true; readonly path: string } | { readonly ok: false; readonly tried: TriedPlace }
> {
  const refuse = (code: TriedPlace['code'], why: string, fault?: TriedPlace['fault']) => {
    const tried = { path, code, message: `${path}: ${why}`, ...(fault === undefined ? {} : { fault }) };
    return { ok: false, tried } as const;
  };
  const reached = await reach(path);
  if (!reached.ok) return { ok: false, tried: unreached(path, reached) };
  const judged = await judgePath(path);
  if (!judged.ok) {
    if (judged.code !== untrusted) return refuse('missing', 'not there');
    return refuse('untrusted', `cannot be trusted: ${judged.message}`, {
      code: 'interpreter-untrusted',
      values: { FILE: bytesOf(path) },
    });
  }
  const real = judged.path;
  // The wrapper's name changes how QEMU reads its arguments, and as a program of its own it starts another one.
  const base = basename(real);
  if ((base !== name && !base.startsWith(`${name}-`)) || base.includes('-binfmt')) {
    return refuse('another', `leads to ${real}, which is not ${name} itself`);
  }
  const inspected = await inspectInterpreter(real);
  if (!inspected.ok) {
    const hangs = inspected.code === 'interpreter-unreachable';
    return refuse(hangs ? 'hung' : 'unfit', inspected.message, inspected);
  }
  const machine = otherMachine(inspected.header);
  if (machine === null) return { ok: true, path: real };
  return refuse('unfit', `a program for ${machine}, which this machine does not run`, {
    code: 'interpreter-machine',
    values: { FILE: bytesOf(real) },
  });
}

function unreached(path: string, { code, message, mountPoint }: Failure): TriedPlace {
  const values = { PATH: bytesOf(path), MOUNTPOINT: mountPoint };
  const fault = { code: 'interpreter-unreachable', values } as const;
  return { path, code: code === 'ETIMEDOUT' ? 'hung' : 'untried', message, fault };
}

type Failure = Extract<Reached, { readonly ok: false }>;
