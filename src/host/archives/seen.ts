import type { Binary } from '../../core/binary/binary.ts';

/** A file that was looked at. */
export interface Seen {
  /** Below the directory or in the archive; a byte string. */
  readonly name: string;
  /** Its mode lets somebody execute it. */
  readonly executable: boolean;
  readonly size: number;
  readonly binary: Binary;
  /** Where it was asked for. */
  readonly sha256: string | null;
}

/** Who looks at files, and what for. */
export interface Looker {
  /** Its SHA-256 is wanted; that reads all of it. */
  wantsSum(name: string): boolean;
  file(seen: Seen): void;
  /** Another name of a file that was there before. */
  link(name: string, target: string): void;
  unread(name: string, why: string): void;
}
