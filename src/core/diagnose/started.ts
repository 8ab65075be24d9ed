import type { ElfBinary } from '../binary/elf-facts.ts';
import { textOf } from '../kernel/bytes.ts';
import type { Access } from '../kernel/container-access.ts';
import { atLeast, type KernelVersion } from '../kernel/kernel-version.ts';
import { isOlder } from '../platforms/qemu-version.ts';
import type { Cause, CauseCode } from './causes.ts';
import type { ChosenEntry, Explanation, Verdict } from './explanation.ts';
import type { FoundFile } from './facts.ts';
import { needed, type Userland } from './userland.ts';
import type { Where } from './where.ts';

/** A library that the loader of a program will not find, or finds for another machine. */
export interface LibraryFault {
  readonly library: string;
  /** Where it lies, for another machine; null where it lies nowhere. */
  readonly at: string | null;
  /** The program or library that asks for it. */
  readonly by: string;
}

/** What was found out about a program that the kernel starts. */
export interface StartedFacts {
  readonly program: FoundFile;
  /** The ELF loader that an emulator looks for by itself is not there: its path. */
  readonly lacksLoader: string | null;
  readonly libraries: readonly LibraryFault[];
  /** The script asks env(1) for it, and PATH leads to none. */
  readonly lacksProgram: string | null;
  /** Level of x86-64 that the host's CPU has. */
  readonly cpuLevel: number | null;
  readonly kernel: KernelVersion | null;
  readonly proof: Found | null;
  /** The ELF loader that the interpreter of the entry asks for; null where it asks for none. */
  readonly interpreterLoader: string | null;
  /** Whether ordinary containers may execute the interpreter of the entry. */
  readonly access: Access | null;
  readonly userland: Userland | null;
}

/** What running a program of the platform showed. */
export type Found =
  | {
      readonly kind: 'verified';
      readonly interpreter: string;
      readonly tookMs: number;
      readonly version: string | null;
    }
  | { readonly kind: 'failed'; readonly denied: boolean; readonly detail: string }
  | { readonly kind: 'none'; readonly why: string };

/** What becomes of a program after the kernel has started it, and what is to be said beside that. */
export function judgeStarted(one: Explanation, facts: StartedFacts, where: Where): Explanation {
  const { verdict } = one;
  if (verdict.kind !== 'native' && verdict.kind !== 'emulated') return one;
  const made = maker(one, where);
  const fatal = fatalOf(one, facts, made);
  const proven: Verdict =
    verdict.kind === 'emulated' && facts.proof !== null && facts.proof.kind !== 'failed'
      ? { ...verdict, proof: facts.proof }
      : verdict;
  return { ...one, verdict: fatal ?? proven, remarks: [...one.remarks, ...remarksOf(one, facts, made)] };
}

type Made = (code: CauseCode, detail: string, more?: Cause['values']) => Cause;

function maker(one: Explanation, { host, main }: Where): Made {
  const values = {
    ...{ FILE: one.file, HOST: host, NAME: one.entry?.name ?? one.file.slice(one.file.lastIndexOf('/') + 1) },
    ...{ MAIN: main ?? '/proc/sys/fs/binfmt_misc', ENTRY: one.entry?.name ?? '' },
    ...(one.platform === null ? {} : { PLATFORM: one.platform }),
  };
  return (code, detail, more = {}) => ({ code, subject: one.file, detail, values: { ...values, ...more } });
}

/** The first thing that ends it. */
function fatalOf(one: Explanation, facts: StartedFacts, made: Made): Verdict | null {
  const { program, proof, lacksLoader } = facts;
  const ends = (how: string, cause: Cause): Verdict => ({ kind: 'fails', errno: null, ends: how, cause });
  const elf = program.what?.kind === 'elf' ? program.what : null;
  if (one.entry !== null && proof?.kind === 'failed') {
    const detail = `a program of ${one.platform} does not run by ${textOf(one.entry.interpreter)}: ${proof.detail}`;
    return ends('without having run', made(proof.denied ? 'file-policy' : 'emulation-fails', detail));
  }
  if (facts.lacksProgram !== null) {
    const detail = `its first line lets env look for ${textOf(facts.lacksProgram)}, which no directory of PATH has`;
    return ends('with 127', made('script-env-missing', detail, { PROGRAM: facts.lacksProgram }));
  }
  if (elf === null) return null;
  if (elf.missing > 0) {
    const detail = `it has ${program.size} bytes, and its segments end ${elf.missing} bytes behind that`;
    return ends('by SIGBUS or SIGSEGV', made('file-truncated', detail));
  }
  if (elf.defect === 'nothing-to-load')
    return ends('by SIGSEGV', made('file-damaged', 'none of its segments comes into memory'));
  if (elf.form === 'shared-object' && elf.loader === null)
    return ends(
      'by SIGSEGV',
      made('file-library', 'it asks for no ELF loader and does not say that it is a program'),
    );
  if (lacksLoader !== null) {
    const detail = `${textOf(one.file)} asks for ${textOf(lacksLoader)}, which is not there`;
    return ends('with 255', made('loader-missing', detail, { LOADER: lacksLoader }));
  }
  const level = levelFault(one.entry, elf, facts);
  if (level !== null) return ends('by SIGILL, or with 127', made('cpu-level', level));
  return libraryFault(facts, made, ends);
}

function libraryFault(
  { libraries: [fault] }: StartedFacts,
  made: Made,
  ends: (how: string, cause: Cause) => Verdict,
): Verdict | null {
  if (fault === undefined) return null;
  const asks = `${textOf(fault.by)} asks for ${textOf(fault.library)}`;
  const cause =
    fault.at === null
      ? made('library-missing', `${asks}, which is nowhere where its loader looks`, {
          LIBRARY: fault.library,
        })
      : made('library-machine', `${asks}, and ${textOf(fault.at)} is one of another machine`, {
          LIBRARY: fault.at,
        });
  return ends('with 127', cause);
}

/** QEMU has AVX and AVX2 since 7.2, and nothing of level 4. */
function levelFault(
  entry: ChosenEntry | null,
  { notes: { isaLevel } }: ElfBinary,
  { cpuLevel, proof }: StartedFacts,
): string | null {
  if (isaLevel === null || isaLevel < 2) return null;
  const asks = `it asks for x86-64-v${isaLevel}`;
  if (entry === null)
    return cpuLevel !== null && cpuLevel < isaLevel ? `${asks}, and this CPU has x86-64-v${cpuLevel}` : null;
  if (!isQemu(entry)) return null;
  if (isaLevel === 4) return `${asks}, which QEMU does not have`;
  const version = proof?.kind === 'verified' ? proof.version : null;
  const old = isaLevel === 3 && version !== null && isOlder(version, '7.2');
  return old ? `${asks}, which QEMU has since 7.2, and this one is ${version}` : null;
}

/** Others have rules of their own for what they need. */
export function isQemu({ interpreter }: Pick<ChosenEntry, 'interpreter'>): boolean {
  return /\/qemu-[^/]*$/.test(interpreter);
}

function remarksOf(one: Explanation, facts: StartedFacts, made: Made): readonly Cause[] {
  const { entry } = one;
  const { program, kernel, access, proof, userland } = facts;
  const remarks: Cause[] = [];
  const setId = (program.mode & 0o6000) !== 0;
  if (setId && program.nosuid !== null)
    remarks.push(
      made(
        'mount-nosuid',
        `it has set-user-ID or set-group-ID, and ${textOf(program.nosuid)} is mounted nosuid`,
        {
          MOUNT: program.nosuid,
        },
      ),
    );
  if (entry === null) return remarks;
  const names = `the entry ${textOf(entry.name)}`;
  if (setId && !entry.flags.includes('C'))
    remarks.push(made('credentials-lost', `it has set-user-ID or set-group-ID, and ${names} has no C`));
  if (!entry.flags.includes('F'))
    remarks.push(
      made('entry-interpreter-unpinned', `${names} has no F, and names ${textOf(entry.interpreter)}`),
    );
  else if (facts.interpreterLoader !== null)
    remarks.push(
      made(
        'entry-interpreter-dynamic',
        `${textOf(entry.interpreter)} is pinned by F, but asks for ${textOf(facts.interpreterLoader)}, which is looked for in the root of whoever executes`,
      ),
    );
  if (entry.flags.includes('P') && kernel !== null && !atLeast(kernel, 5, 12))
    remarks.push(
      made('entry-flag-kernel', `${names} has P, and this is Linux ${kernel.major}.${kernel.minor}`),
    );
  if (access?.verdict === 'may-not')
    remarks.push(made('interpreter-label', access.detail, { FILE: entry.interpreter }));
  const wants = userland === null ? null : needed(userland);
  const version = proof?.kind === 'verified' ? proof.version : null;
  if (wants !== null && version !== null && isQemu(entry) && isOlder(version, wants.qemu))
    remarks.push(
      made(
        'emulator-old',
        `${wants.what} needs QEMU ${wants.qemu}, for ${wants.why}; this one is ${version}`,
        {
          VERSION: wants.qemu,
        },
      ),
    );
  return remarks;
}
