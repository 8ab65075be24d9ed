import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import type { ProblemCode } from '../../core/problems.ts';
import type { Failure, MountFault } from './faults.ts';

/** Why nothing of our own was mounted and no instance could be opened, by what was refused and not by its words. */
export function notOpened(
  faults: readonly MountFault[],
  opened: Failure,
): { readonly code: ProblemCode; readonly exit: ExitCode } {
  const failures = faults.flatMap((fault) => ('failure' in fault ? (fault.failure ?? []) : []));
  const told = faults.length > 0 ? failures : [opened];
  const errnos = new Set(told.flatMap(({ code, refused }) => [code, refused]));
  if (errnos.has('EPERM') || errnos.has('EACCES'))
    return { code: 'no-permission', exit: exitCodes.notPermitted };
  if (errnos.has('ENODEV')) return { code: 'no-kernel-support', exit: exitCodes.notSupported };
  return { code: 'instance-missing', exit: exitCodes.failed };
}
