import type { EntryId } from '../../src/core/kernel/entry.ts';
import { done, type Outcome } from '../../src/core/outcome.ts';
import { type FakeFile, failed, type Superblock } from './mounts.ts';
import { matches, type ParsedLine, parseLine } from './register-line.ts';

/** A file opened at registration (`F`). */
export interface Pin {
  readonly file: FakeFile;
  release(): void;
}
export type Pinned = { readonly ok: true; readonly pin: Pin } | { readonly ok: false; readonly code: string };

export interface FakeEntry {
  readonly line: ParsedLine;
  readonly id: EntryId;
  readonly pin: Pin | null;
  enabled: boolean;
}

/** The instance of one user namespace: its entries live and die with its superblock. */
export class Binfmt {
  /** Newest first, which is the order of the search. */
  entries: FakeEntry[] = [];
  enabled = true;
  sb: Superblock | null = null;
  private readonly nextId: () => EntryId;

  constructor(nextId: () => EntryId) {
    this.nextId = nextId;
  }

  /** The last reference to the superblock went; the next one starts empty and enabled. */
  die(): void {
    this.sb = null;
    this.enabled = true;
    for (const entry of this.entries) entry.pin?.release();
    this.entries = [];
  }

  /** The order of checks is the kernel's: syntax, then the interpreter of `F`, then the name. */
  register(text: string, openInterpreter: (path: string) => Pinned): Outcome {
    const line = parseLine(text);
    if (line === null) return failed('EINVAL');
    const opened = line.flags.includes('F') ? openInterpreter(line.interpreter) : null;
    if (opened?.ok === false) return failed(opened.code);
    const pin = opened?.pin ?? null;
    const clash = this.clash(line.name);
    if (clash !== null) {
      pin?.release();
      return failed(clash);
    }
    this.entries.unshift({ line, id: this.nextId(), pin, enabled: true });
    return done;
  }

  entry(name: string): FakeEntry | null {
    return this.entries.find((e) => e.line.name === name) ?? null;
  }

  /** A write to an entry's file. */
  change(entry: FakeEntry, value: string): Outcome {
    const word = command(value);
    if (word === null) return failed('EINVAL');
    if (word !== '-1') entry.enabled = word === '1';
    else if (this.entries.includes(entry)) {
      this.entries = this.entries.filter((e) => e !== entry);
      entry.pin?.release();
    }
    return done;
  }

  /** A write to `status`. */
  changeAll(value: string): Outcome {
    const word = command(value);
    if (word === null) return failed('EINVAL');
    if (word !== '-1') this.enabled = word === '1';
    else for (const entry of this.entries) this.change(entry, '-1');
    return done;
  }

  search(header: string, path: string): FakeEntry | null {
    if (!this.enabled) return null;
    return this.entries.find((e) => e.enabled && matches(e.line, header, path)) ?? null;
  }

  private clash(name: string): string | null {
    if (name.length > 255) return 'ENAMETOOLONG';
    return name === 'register' || name === 'status' || this.entry(name) !== null ? 'EEXIST' : null;
  }
}

/** The text of an entry's file (bm_entry_read). */
export function showEntry({ enabled, line }: FakeEntry): string {
  const head = `${enabled ? 'enabled' : 'disabled'}\ninterpreter ${line.interpreter}\nflags: ${line.flags}\n`;
  if (line.magic === null) return `${head}extension .${line.extension}\n`;
  const mask = line.mask === null ? '' : `mask ${hex(line.mask)}\n`;
  return `${head}offset ${line.offset}\nmagic ${hex(line.magic)}\n${mask}`;
}

function command(value: string): string | null {
  return /^(0|1|-1)\n?$/.exec(value)?.[1] ?? null;
}

function hex(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('hex');
}
