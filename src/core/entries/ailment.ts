import { readElfHeader } from '../kernel/elf.ts';
import type { Entry } from '../kernel/entry.ts';
import { matchesHeader } from '../kernel/match.ts';
import type { Problem, ProblemCode } from '../problems.ts';
import { visible } from '../text/visible.ts';
import type { FileSight, Sight } from './sight.ts';

/** What is wrong with the interpreter of an entry; `fatal`: each exec of one of its files fails. */
export interface Ailment {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly fatal: boolean;
  /** The mount that is the cause, where one is. */
  readonly mountPoint?: string | undefined;
  /** The interpreter, which is what the remedy is about. */
  readonly file: string;
}

/** Codes of the fatal ones. */
export const fatalCodes: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'entry-interpreter-missing',
  'entry-interpreter-mode',
  'entry-interpreter-noexec',
  'entry-interpreter-machine',
  'entry-interpreter-loop',
  'entry-interpreter-hung',
]);

/** Codes of those that an entry with `F` outlives. */
export const staleCodes: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'stale-interpreter',
  'entry-not-renewable',
]);

/** A file by its identity. */
export interface FileId {
  readonly dev: number;
  readonly ino: number;
}

/** What decides which CPU runs an ELF file. */
export interface ElfKind {
  readonly machine: number;
  readonly class: 32 | 64;
  readonly data: 'little' | 'big';
}

/** What an entry is judged by beside its interpreter. */
export interface Surroundings {
  /** Whether the host runs such an ELF file by itself. */
  readonly runsHere: (elf: ElfKind) => boolean;
  /** What it is called, such as aarch64. */
  readonly nameOf: (elf: ElfKind) => string;
  /** All entries, in search order. */
  readonly entries: readonly Entry[];
  /** How the file at a path (a byte string) begins; null where nobody knows. */
  readonly headOf?: (path: string) => Uint8Array | null;
}

/**
 * What is wrong with an entry's interpreter, the first cause only; null where nothing is, or nobody can tell. With `F` the
 * kernel runs the file that it opened (`pinned`, where that is known), whatever becomes of the path.
 */
export function ailmentOf(
  entry: Entry,
  sight: Sight,
  pinned: FileId | null,
  around: Surroundings,
): Ailment | null {
  if (entry.interpreter === '' || sight.kind === 'unseen') return null;
  if (!entry.flags.includes('F')) return faultOf(entry, sight, around);
  if (sight.kind === 'file' && wasReplaced(entry, sight, pinned)) return replaced(entry, sight, around);
  const fault = faultOf(entry, sight, around);
  // What is no program of this machine was none when it was opened.
  if (fault === null || !fault.fatal || ownFault.has(fault.code)) return fault;
  const detail = `${whyOf(sight)}: the entry runs on by the file that the kernel holds, but could not be registered again`;
  const { file, mountPoint } = fault;
  return { code: 'entry-not-renewable', detail, fatal: false, file, mountPoint };
}

/** Of the file itself, whatever becomes of its path. */
const ownFault: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'entry-interpreter-machine',
  'entry-interpreter-loop',
]);

/** Why what lies at a path cannot serve an entry that would be registered with it now; null where nothing is known against it. */
export function faultOf(
  entry: Pick<Entry, 'name' | 'interpreter'>,
  sight: Sight,
  around: Surroundings,
): Ailment | null {
  if (sight.kind === 'unseen') return null;
  const kind = faultKind(sight);
  if (kind === null) return sight.kind === 'file' ? foreignProgram(entry, sight, around) : null;
  const detail = `${whyOf(sight)}: each exec ${kind.ends}`;
  return { code: kind.code, detail, fatal: true, file: entry.interpreter, mountPoint: mountOf(sight) };
}

/** Whether the file at the path is another one than that which the kernel opened. */
function wasReplaced(entry: Entry, sight: FileSight, pinned: FileId | null): boolean {
  if (pinned !== null) return pinned.dev !== sight.dev || pinned.ino !== sight.ino;
  // Made after the registration, it cannot be what was registered; the kernel keeps such times in steps of 4 ms.
  return sight.bornMs !== null && sight.bornMs > entry.id.ctimeMs + 4;
}

/** The same as problems, each with its entry for a subject. */
export function ailmentProblem(name: string, { code, detail, file, mountPoint }: Ailment): Problem {
  const values = { FILE: file, ...(mountPoint === undefined ? {} : { MOUNTPOINT: mountPoint }) };
  return { code, subject: name, detail, values };
}

function faultKind(sight: Exclude<Sight, { kind: 'unseen' }>): { code: ProblemCode; ends: string } | null {
  if (sight.kind === 'hung') return { code: 'entry-interpreter-hung', ends: 'hangs' };
  if (sight.kind === 'gone') return { code: 'entry-interpreter-missing', ends: 'ends with ENOENT' };
  if (sight.barred !== null) {
    const code = sight.barred.by === 'mode' ? 'entry-interpreter-mode' : 'entry-interpreter-noexec';
    return { code, ends: 'ends with EACCES' };
  }
  return sight.lacks === null ? null : { code: 'entry-interpreter-missing', ends: 'ends with ENOENT' };
}

function mountOf(sight: Exclude<Sight, { kind: 'unseen' }>): string | undefined {
  if (sight.kind === 'hung') return sight.mountPoint;
  return sight.kind === 'file' ? sight.barred?.mountPoint : undefined;
}

function whyOf(sight: Exclude<Sight, { kind: 'unseen' }>): string {
  return sight.kind === 'file' ? (sight.barred?.why ?? sight.lacks ?? '') : sight.why;
}

function replaced(entry: Entry, sight: FileSight, around: Surroundings): Ailment {
  const fault = faultOf(entry, sight, around);
  const detail = `${visible(entry.interpreter)} was replaced since; the entry runs the file of before`;
  const unfit = fault?.fatal === true ? `; the new one cannot serve: ${fault.detail}` : '';
  const text = `${detail}${unfit}`;
  return { code: 'stale-interpreter', detail: text, fatal: false, file: entry.interpreter };
}

/** A program for another CPU, or none at all: then another entry must run it, and this very one cannot. */
function foreignProgram(
  entry: Pick<Entry, 'name' | 'interpreter'>,
  { head }: FileSight,
  around: Surroundings,
): Ailment | null {
  const { name, interpreter } = entry;
  const is = (what: string): string => `${visible(interpreter)} is ${what}`;
  const runner = runnerOf(interpreter, head, around);
  const way = runner === null ? null : circleOf(name, runner, around);
  if (way !== null) {
    const how =
      way.length === 1 ? 'this very entry matches' : `the entry ${visible(runner?.name ?? '')} matches`;
    const round = way.length > 1 ? `, which leads back by ${way.map(visible).join(', ')}` : '';
    const detail = `${is(`a file that ${how}`)}${round}: each exec ends with ELOOP`;
    return { code: 'entry-interpreter-loop', detail, fatal: true, file: entry.interpreter };
  }
  if (isNative(head, around)) return null;
  const elf = readElfHeader(head);
  const what = elf === null ? 'no program that the kernel starts' : `a program for ${around.nameOf(elf)}`;
  if (runner === null) {
    const detail = `${is(what)}, which nothing runs here: each exec ends with ENOEXEC`;
    return { code: 'entry-interpreter-machine', detail, fatal: true, file: entry.interpreter };
  }
  if (elf === null) return null;
  const detail = `${is(what)}, which runs only as long as the entry ${visible(runner.name)} does`;
  return { code: 'entry-interpreter-emulated', detail, fatal: false, file: entry.interpreter };
}

/** A program of this machine, or a script: without an entry the kernel runs it by itself. */
function isNative(head: Uint8Array, { runsHere }: Surroundings): boolean {
  const elf = readElfHeader(head);
  return elf === null ? head[0] === 0x23 && head[1] === 0x21 : runsHere(elf);
}

/**
 * The entry that takes a file, as the kernel looks for it. One whose bytes match programs of the host takes everything,
 * and is told as a danger, not as the runner of each interpreter.
 */
function runnerOf(path: string, head: Uint8Array, around: Surroundings): Entry | null {
  const runner = around.entries.find(
    (one) => one.enabled && one.matcher !== null && matchesHeader(one.matcher, head, path),
  );
  if (runner === undefined) return null;
  return runner.matcher?.kind === 'magic' && isNative(head, around) ? null : runner;
}

/** The names on the way from the first runner of an interpreter back to one that was there before; null where it ends. */
function circleOf(name: string, first: Entry, around: Surroundings): readonly string[] | null {
  const way: string[] = [];
  const seen = new Set([name]);
  for (let at: Entry | null = first; at !== null; ) {
    way.push(at.name);
    // More steps than these the kernel does not take.
    if (seen.has(at.name) || way.length > mostSteps) return way;
    seen.add(at.name);
    const head: Uint8Array | null = around.headOf?.(at.interpreter) ?? null;
    at = head === null ? null : runnerOf(at.interpreter, head, around);
  }
  return null;
}

/** exec_binprm() in fs/exec.c. */
const mostSteps = 5;
