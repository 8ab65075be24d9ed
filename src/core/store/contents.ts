import type { StoredFile } from '../report/store-manifest.ts';

/** Something that lies where interpreters are stored, as lstat(2) has it. */
export interface FoundFile {
  readonly path: string;
  /** `qemu-aarch64` */
  readonly name: string;
  /** The directory that it lies in, the first 16 hex digits of what its SHA-256 should be. */
  readonly hash: string;
  readonly regular: boolean;
  readonly dev: number;
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  /** When it was put there or chosen last, Unix milliseconds. */
  readonly touchedMs: number;
}

/** A store as it was read; nothing of it is checked yet. */
export interface StoreContents {
  readonly dir: string;
  readonly manifest: 'absent' | 'damaged' | 'read';
  readonly listed: readonly StoredFile[];
  readonly found: readonly FoundFile[];
  /** Paths of what is neither an interpreter nor a book of ours. */
  readonly strange: readonly string[];
}
