import type { Problem } from '../../problems.ts';
import type { Facts } from './facts.ts';

/** One thing that is looked for. */
export interface Check {
  readonly id: string;
  /** What is wrong; nothing where all is well, or nobody can tell. */
  readonly check: (facts: Facts) => readonly Problem[];
}
