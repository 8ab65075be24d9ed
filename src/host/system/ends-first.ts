import { writeFileSync } from 'node:fs';

/**
 * Where memory runs out, a child ends before the process that started it. It inherits what protects the daemon
 * (`OOMScoreAdjust=` of the unit): an emulator that eats memory would then outlive the daemon until it is the larger one.
 * Raising the value needs no right but that over the process; where even that is refused, it stays as it is.
 */
export function endsFirst(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // it has ended, or it is somebody else's by now
  }
}
