import type { Binary } from '../binary/binary.ts';
import type { Cause } from './causes.ts';
import type { Errno, Role } from './facts.ts';

/** What will become of a program, and how that is known. Paths and names are byte strings. */
export type Verdict =
  | { readonly kind: 'native' }
  | { readonly kind: 'emulated'; readonly by: ChosenEntry; readonly proof: Proof }
  /** `errno`: of execve(2); null where it starts, and `ends` so. */
  | {
      readonly kind: 'fails';
      readonly errno: Errno | null;
      readonly ends: string | null;
      readonly cause: Cause;
    }
  | { readonly kind: 'unknown'; readonly why: string; readonly cause: Cause | null };

/** Whether a program of the platform was seen to run by the entry. */
export type Proof =
  | { readonly kind: 'verified'; readonly interpreter: string; readonly tookMs: number }
  /** By request, or since there is nothing that could prove it; `why` says which. */
  | { readonly kind: 'none'; readonly why: string };

/** The entry that the kernel takes. */
export interface ChosenEntry {
  readonly name: string;
  readonly interpreter: string;
  readonly flags: string;
}

/** An entry that fits as well, and why another one is taken. */
export interface OtherEntry extends ChosenEntry {
  readonly why: 'behind' | 'disabled' | 'status-zero';
}

/** One file of the way that the kernel goes. */
export interface WayPoint {
  readonly path: string;
  readonly role: Role;
  /** The entry that takes it. */
  readonly entry: string | null;
}

/** Everything that is said of one file. */
export interface Explanation {
  /** As it was typed. */
  readonly file: string;
  /** null where it cannot be read. */
  readonly what: Binary | null;
  readonly platform: string | null;
  readonly way: readonly WayPoint[];
  readonly entry: ChosenEntry | null;
  readonly others: readonly OtherEntry[];
  readonly verdict: Verdict;
  /** What does not keep it from running here and now. */
  readonly remarks: readonly Cause[];
}
