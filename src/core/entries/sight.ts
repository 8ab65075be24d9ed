/** What lies where the interpreter of an entry should; sentences name what is wrong, without the entry. */
export type Sight =
  /** It cannot be seen from here: another root, a hidden directory, no room to try. */
  | { readonly kind: 'unseen'; readonly why: string }
  | { readonly kind: 'hung'; readonly why: string; readonly mountPoint: string }
  | { readonly kind: 'gone'; readonly why: string }
  | FileSight;

/** A file, or what is there in place of one. */
export interface FileSight {
  readonly kind: 'file';
  readonly dev: number;
  readonly ino: number;
  /** When it was made, Unix milliseconds; null where the file system does not say. */
  readonly bornMs: number | null;
  /** Tells one state of it from the next, whatever was changed. */
  readonly version: string;
  /** What forbids to execute it: its mode, or the mount that it lies on. */
  readonly barred: {
    readonly by: 'mode' | 'mount';
    readonly why: string;
    readonly mountPoint?: string;
  } | null;
  /** Its first 256 bytes. */
  readonly head: Uint8Array;
  /** The ELF loader or the `#!` interpreter that it asks for, where that cannot be had. */
  readonly lacks: string | null;
}
