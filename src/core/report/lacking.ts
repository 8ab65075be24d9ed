import { lacksEmulator } from '../problems.ts';
import type { Report } from './report.ts';

/**
 * Of some targets those for which there is no emulator, by the problems or by what is left out; one whose emulator went
 * away and that is served all the same is not among them.
 */
export function lackingEmulator(
  { handlers, problems, leftOut }: Pick<Report, 'handlers' | 'problems' | 'leftOut'>,
  targets: readonly string[],
): readonly string[] {
  const missing = new Set([
    ...problems.flatMap((p) => (lacksEmulator.has(p.code) ? [p.subject] : [])),
    ...leftOut.flatMap((row) => (row.kind === 'no-emulator' ? [row.target] : [])),
  ]);
  const served = new Set(handlers.flatMap((h) => (h.owner === 'none' ? [] : [h.key])));
  return targets.filter((target) => missing.has(target) && !served.has(target));
}
