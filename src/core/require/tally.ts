import type { Misfit } from './fits.ts';

/** Why a file is told. */
export type Told =
  | Misfit
  | { readonly why: 'checksum'; readonly is: string; readonly listed: string }
  /** The list of sums has none for it. */
  | { readonly why: 'unlisted' }
  | { readonly why: 'unread'; readonly message: string };

/** A file that does not fit. */
export interface Finding {
  /** Below the directory, archive or image. A byte string. */
  readonly path: string;
  /** Where an installer places it; null where that is not asked. */
  readonly placed: string | null;
  readonly told: Told;
  /** What it is, in words; empty where nobody knows. */
  readonly what: string;
}

/** What one directory, archive or image comes to; memory is bounded whatever it holds. */
export interface Tally {
  /** A program, or something else that somebody executes, was looked at. */
  checked(): void;
  library(): void;
  add(finding: Finding, layer: number): void;
  /** A layer above has something else there. */
  replaced(path: string, layer: number): void;
  emptied(directory: string, layer: number): void;
  findingAt(path: string): Finding | null;
  result(): Result;
}

export interface Result {
  readonly checked: number;
  /** Libraries of other platforms. */
  readonly libraries: number;
  readonly findings: readonly Finding[];
  /** Findings that are not listed any more, since there are so many. */
  readonly more: number;
}

const mostFindings = 10_000;

/** Begins one. */
export function newTally(): Tally {
  const findings = new Map<string, { readonly finding: Finding; readonly layer: number }>();
  // How many findings lie below a directory, so that what removes none costs nothing.
  const below = new Map<string, number>();
  let checked = 0;
  let libraries = 0;
  let more = 0;
  const count = (path: string, by: number): void => {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const directory = path.slice(0, at);
      const left = (below.get(directory) ?? 0) + by;
      if (left === 0) below.delete(directory);
      else below.set(directory, left);
    }
  };
  const remove = (path: string, layer: number): void => {
    const found = findings.get(path);
    if (found === undefined || found.layer >= layer) return;
    findings.delete(path);
    count(path, -1);
  };
  const emptied = (directory: string, layer: number): void => {
    if (directory !== '' && !below.has(directory)) return;
    const start = directory === '' ? '' : `${directory}/`;
    for (const path of [...findings.keys()]) if (path.startsWith(start)) remove(path, layer);
  };
  return {
    checked: () => {
      checked += 1;
    },
    library: () => {
      libraries += 1;
    },
    add(finding, layer) {
      if (!findings.has(finding.path)) {
        if (findings.size >= mostFindings) {
          more += 1;
          return;
        }
        count(finding.path, 1);
      }
      findings.set(finding.path, { finding, layer });
    },
    replaced(path, layer) {
      remove(path, layer);
      emptied(path, layer);
    },
    emptied,
    findingAt: (path) => findings.get(path)?.finding ?? null,
    result: () => ({ checked, libraries, findings: [...findings.values()].map((one) => one.finding), more }),
  };
}
