import type { ElfBinary } from './elf-facts.ts';
import type { Script } from './script.ts';

/**
 * What a file is that somebody wants to run, by its bytes alone; the words for it are chosen where it is shown. Names,
 * paths and arguments in it are byte strings.
 */
export type Binary =
  | ElfBinary
  | Script
  | PeBinary
  | MachBinary
  | { readonly kind: 'empty' }
  /** Begins as one of these does, and ends before it says for which machine it is, or says what none does. */
  | { readonly kind: 'damaged'; readonly of: 'elf' | 'pe' | 'mach-o'; readonly by: 'cut' | 'header' }
  /** An MZ file without a PE header: a program of DOS, 16-bit Windows or OS/2. */
  | { readonly kind: 'dos'; readonly format: 'MZ' | 'NE' | 'LE' | 'LX' }
  | { readonly kind: 'wasm'; readonly form: 'module' | 'component'; readonly version: number }
  /** An Actually Portable Executable: PE and shell script at once, which Linux runs by `/bin/sh` or an entry of its own. */
  | { readonly kind: 'ape'; readonly debug: boolean }
  | { readonly kind: 'packed'; readonly format: PackedFormat }
  | { readonly kind: 'code'; readonly format: CodeFormat }
  /** `firstLine`: at most 200 bytes of it, as `404: Not Found` of a download that failed. */
  | { readonly kind: 'text'; readonly form: TextForm; readonly firstLine: string }
  /** None of those. `zeros`: nothing but NUL bytes, which is what a crash or a bad download leaves. */
  | { readonly kind: 'data'; readonly zeros: boolean };

/** What somebody unpacks, and some save as a program by mistake. */
export type PackedFormat =
  | 'zip'
  | 'gzip'
  | 'bzip2'
  | 'xz'
  | 'zstd'
  | 'lz4'
  | '7z'
  | 'tar'
  | 'deb'
  | 'rpm'
  | 'ar'
  | 'cpio'
  | 'squashfs'
  | 'xar';

/** What a virtual machine or a compiler takes. */
export type CodeFormat = 'java-class' | 'jar' | 'python' | 'llvm-bitcode' | 'dex' | 'lua' | 'erlang';

/** Text that the kernel does not take as a script. */
export type TextForm =
  /** Nothing special. */
  | 'plain'
  /** A `#!` line comes, but after a byte order mark or after blanks. */
  | 'mark-before-shebang'
  | 'blank-before-shebang'
  /** Two bytes a character. */
  | 'utf-16'
  | 'web-page'
  | 'xml'
  | 'json'
  | 'git-lfs-pointer';

/** A program or library of Windows, .NET or EFI. */
export interface PeBinary {
  readonly kind: 'pe';
  /** Machine of the COFF header. */
  readonly machine: number;
  /** What it is called there; null for one that we do not know. */
  readonly machineName: string | null;
  /** Of a PE32 or a PE32+ file. */
  readonly bits: 32 | 64;
  /** It has a CLI header: a .NET assembly. */
  readonly dotnet: boolean;
  readonly library: boolean;
  readonly subsystem: 'native' | 'gui' | 'console' | 'efi' | 'other';
}

/** A program or library of macOS; one part for each architecture of a universal file. */
export interface MachBinary {
  readonly kind: 'mach-o';
  readonly universal: boolean;
  readonly parts: readonly MachPart[];
  /** Of a thin file: what it is. */
  readonly form: 'executable' | 'library' | 'object' | 'other' | null;
}

export interface MachPart {
  readonly cpu: number;
  /** `arm64`, `x86_64`; null for one that we do not know. */
  readonly name: string | null;
}
