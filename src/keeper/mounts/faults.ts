import type { Problem } from '../../core/problems.ts';
import { counted } from '../../core/report/log-words.ts';
import type { MountOutcome } from '../../host/mounts/mounts.ts';

/** How the kernel, or whoever was asked to mount, refused. */
export type Failure = Extract<MountOutcome, { readonly ok: false }>;

/** What is wrong with one of the two mounts, which is its subject. */
export type MountFault = { readonly subject: string } & (
  | {
      readonly code: 'main-missing';
      /** The last attempt; null where it went well, or none was made. */
      readonly failure: Failure | null;
      readonly tries: number;
    }
  | { readonly code: 'anchor-missing'; readonly failure: Failure | null }
  | {
      readonly code: 'main-autofs-unreachable' | 'anchor-not-shared' | 'read-only';
      readonly failure: Failure;
    }
  | { readonly code: 'main-covered' | 'anchor-covered'; readonly by: string }
  | {
      readonly code: 'instances-differ';
      readonly main: string;
      readonly devices: readonly [main: string, anchor: string];
    }
);

/** A fault of a mount in words. */
export function mountProblem(fault: MountFault): Problem {
  return { code: fault.code, subject: fault.subject, detail: wordsOf(fault) };
}

function wordsOf(fault: MountFault): string {
  switch (fault.code) {
    case 'main-missing':
      return whyMissing(fault.failure, fault.tries);
    case 'anchor-missing':
      return fault.failure?.message ?? 'not mounted';
    case 'anchor-not-shared':
      return `${fault.failure.message}; the entries live as long as the main mount, or this process`;
    case 'main-covered':
    case 'anchor-covered':
      return `by ${fault.by}`;
    case 'instances-differ':
      return `${fault.main} is device ${fault.devices[0]}, ${fault.subject} is ${fault.devices[1]}`;
    default:
      return fault.failure.message;
  }
}

function whyMissing(failure: Failure | null, tries: number): string {
  if (failure !== null) return tries > 1 ? `${failure.message} (${tries} attempts)` : failure.message;
  return tries === 0
    ? 'not mounted'
    : `mounted again ${counted(tries, 'time')}, and unmounted by somebody each time; it is tried again by itself`;
}
