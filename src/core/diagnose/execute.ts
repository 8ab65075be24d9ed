import { readScript } from '../binary/script.ts';
import { headerSize } from '../kernel/registration.ts';
import { type Choice, choose } from './choose.ts';
import type { Ask, Errno, Found, FoundFile, KernelState, Role } from './facts.ts';

/** One file that the kernel came to, and what takes it from there. */
export interface Step {
  readonly ask: Ask;
  readonly found: Found;
  /** Of the entries; null for a loader, which no entry is asked for, and for what cannot be opened. */
  readonly choice: Choice | null;
}

/** How it ends. The last step is the one that it ends with. */
export type Ending =
  | { readonly kind: 'started' }
  | { readonly kind: 'fails'; readonly errno: Errno; readonly why: Reason }
  /** `unreadable`: the last step’s file. */
  | { readonly kind: 'unknown'; readonly why: string; readonly unreadable?: true };

/** Where in the kernel it fails. */
export type Reason =
  | 'open'
  /** Nothing knows such a file: no entry, no `#!`, no ELF of this machine. */
  | 'unknown-format'
  /** A `#!` line that names nothing. */
  | 'script'
  /** An ELF file of this machine that is refused. */
  | 'elf'
  /** An ELF loader that is no ELF file of this machine. */
  | 'loader'
  | 'depth';

/** All files that the kernel came to, in order. */
export interface Course {
  readonly steps: readonly Step[];
  readonly ending: Ending;
}

/**
 * Goes the way of execve(2) (fs/exec.c, binfmt_misc, binfmt_script, binfmt_elf) without executing anything: yields each file
 * that the kernel would open, and is told what lies there.
 */
export function* execute(path: string, state: KernelState): Generator<Ask, Course, Found> {
  const steps: Step[] = [];
  let ask: Ask = { path, role: 'program', pinned: false };
  for (let depth = 0; ; depth += 1) {
    const found = yield ask;
    const ending = unopened(found);
    if (ending !== null) return { steps: [...steps, { ask, found, choice: null }], ending };
    // As far as anybody can tell: registered is what can be started, and it should be static.
    if (found.kind === 'pinned')
      return { steps: [...steps, { ask, found, choice: null }], ending: { kind: 'started' } };
    const file = found as FoundFile;
    if (depth > mostLevels)
      return { steps: [...steps, { ask, found, choice: null }], ending: fails('ELOOP', 'depth') };
    if (file.head === null || file.elf === null)
      return {
        steps: [...steps, { ask, found, choice: null }],
        ending: { kind: 'unknown', why: 'it may be executed, but not read', unreadable: true },
      };
    const head = file.head.subarray(0, headerSize);
    const choice = choose(state, head, ask.path);
    steps.push({ ask, found, choice });
    const next = nextOf(choice, head);
    if (next === 'none') return yield* loaded(steps, file);
    if (next === 'refused') return { steps, ending: fails('ENOEXEC', 'script') };
    ask = next;
  }
}

/** BINPRM_MAX_RECURSION: 5 interpreters, one after the other. */
const mostLevels = 5;

/** Null where the kernel gets it open. */
function unopened(found: Found): Ending | null {
  if (found.kind === 'none') return fails(found.errno, 'open');
  if (found.kind === 'unseen') return { kind: 'unknown', why: found.why };
  if (found.kind === 'pinned' || found.barred === null) return null;
  return fails('EACCES', 'open');
}

/** Entries come first, then `#!`; `none` is left to the ELF loader. */
function nextOf({ entry }: Choice, head: Uint8Array): Ask | 'none' | 'refused' {
  if (entry !== null) return asking(entry.interpreter, 'handler', entry.flags.includes('F'));
  if (head[0] !== 0x23 || head[1] !== 0x21) return 'none';
  const { interpreter } = readScript(head);
  return interpreter === null ? 'refused' : asking(interpreter, 'script-interpreter', false);
}

function* loaded(steps: readonly Step[], { elf }: FoundFile): Generator<Ask, Course, Found> {
  if (elf === null || elf.kind === 'not-ours') return { steps, ending: fails('ENOEXEC', 'unknown-format') };
  if (elf.kind === 'refused') return { steps, ending: fails(elf.errno, 'elf') };
  if (elf.loader === null) return { steps, ending: { kind: 'started' } };
  const ask = asking(elf.loader, 'loader', false);
  const found = yield ask;
  const all = [...steps, { ask, found, choice: null }];
  return { steps: all, ending: unopened(found) ?? loaderFault(found as FoundFile) ?? { kind: 'started' } };
}

/** The kernel maps the loader itself: it goes through no entry, and asks for no further loader. */
function loaderFault({ head, elf, size }: FoundFile): Ending | null {
  if (head === null || elf === null)
    return { kind: 'unknown', why: 'the ELF loader may be executed, but not read', unreadable: true };
  if (size < 64) return fails('EIO', 'loader');
  return elf.kind === 'not-ours' || elf.kind === 'refused' ? fails('ELIBBAD', 'loader') : null;
}

function asking(path: string, role: Role, pinned: boolean): Ask {
  return { path, role, pinned };
}

function fails(errno: Errno, why: Reason): Ending {
  return { kind: 'fails', errno, why };
}
