import type { ProblemCode } from '../../src/core/problems.ts';
import type { ReportedProblem } from '../../src/core/report/report.ts';
import type { Desk } from './desk.ts';

/** How the remedy of a code is shown to help. */
export type Row =
  /** The cause is made for real, and what the remedy gives to type is typed as it was printed. */
  | { readonly kind: 'typed'; readonly ways: readonly Way[] }
  /** A test elsewhere does the same. */
  | { readonly kind: 'elsewhere'; readonly file: string; readonly name: string }
  /** A virtual machine of test/vm does it. */
  | { readonly kind: 'vm'; readonly file: string; readonly name: string }
  /** No machine can carry it out. */
  | { readonly kind: 'advice'; readonly why: string }
  /** It could be carried out, but no test makes the cause yet. */
  | { readonly kind: 'untried'; readonly why: string };

/** One cause and one of the lines that the remedy gives. */
export interface Way {
  readonly cause: string;
  /** Finds the line among those of the remedy. */
  readonly types: RegExp;
  /** What the line is followed by, where it only prepares a start. */
  readonly next?: string;
  /** Makes the cause; the problem that came of it. */
  begin(desk: Desk): Promise<ReportedProblem>;
  /** Waits for the end of the problem; by default until no report names it any more. */
  readonly gone?: (desk: Desk, problem: ReportedProblem) => Promise<void>;
  /** Needs /dev/fuse. */
  readonly hangs?: true;
}

/** Rows of one subject. */
export type Rows = Readonly<Partial<Record<ProblemCode, Row>>>;

/** Shortens a row with one way. */
export function typed(...ways: readonly Way[]): Row {
  return { kind: 'typed', ways };
}

/** Shortens a row that nothing can carry out. */
export function advice(why: string): Row {
  return { kind: 'advice', why };
}

/** Shortens a row of which nobody has made the cause yet. */
export function untried(why: string): Row {
  return { kind: 'untried', why };
}
