import type { Problem } from '../problems.ts';

/** Who registered an entry, as far as it can be known: a line has no signature. */
export type OwnerKind = (typeof ownerKinds)[number];

/** All of them; `docker` is Docker Desktop, whose machine registers what tonistiigi's tool does. */
export const ownerKinds = [
  'ours',
  'systemd-binfmt',
  'binfmt-support',
  'docker',
  'tonistiigi',
  'multiarch',
  'fex',
  'rosetta',
  'wsl',
  'unknown',
] as const;

/**
 * What tells: our own record or store, a file that declares the very line, a name or an interpreter that only one
 * program uses, or a line as that program writes it, which anybody may have written.
 */
export type OwnerEvidence = (typeof ownerEvidences)[number];

/** All of them, the surest first. */
export const ownerEvidences = ['record', 'declaration', 'interpreter', 'line', 'none'] as const;

/** The owner of one entry, and how that is known. */
export interface EntryOwner {
  readonly kind: OwnerKind;
  readonly evidence: OwnerEvidence;
  readonly detail: string;
}

/** The last proof of what serves. */
export interface EntryProof {
  readonly verdict: string;
  readonly detail: string;
  /** Unix time, milliseconds. */
  readonly at: number;
  readonly tookMs: number;
}

/** How an entry stands; `broken`: something in `wrong` is an error, or lets each exec fail. */
export type EntryCondition = (typeof entryConditions)[number];

/** All of them. */
export const entryConditions = ['ok', 'unverified', 'disabled', 'broken'] as const;

/** One entry of the instance, whoever registered it. */
export interface EntryReport {
  readonly name: string;
  /** Platforms whose files it matches, by their plain names, or by the target where they have none. */
  readonly platforms: readonly string[];
  /** Those of them that it serves: nobody in front of it takes all of their files. */
  readonly serves: readonly string[];
  /** What it matches, as text: `.jar`, or `4d5a at 0`, with a mask where there is one. */
  readonly matches: string;
  readonly interpreter: string;
  readonly flags: string;
  readonly enabled: boolean;
  readonly owner: EntryOwner;
  /** Of the interpreter, where it is known. */
  readonly version: string | null;
  /** `ok` only after a program ran by it. */
  readonly state: EntryCondition;
  readonly wrong: readonly Problem[];
  readonly probe: EntryProof | null;
}
